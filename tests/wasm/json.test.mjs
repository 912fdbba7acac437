// Goal: the strict reader decides the same in wasm as the vectors say; the native test runs the same files.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

import { memoryPorts } from '../support/memory-host.mjs';
import { vectorsDir } from '../support/vectors.mjs';
import { importWebModules } from '../support/web-modules.mjs';
import { wasmModule } from '../support/wasm-modules.mjs';

const { instantiateWithHost } = await importWebModules('web/src/worker/core.ts');
const { exports, memory } = await instantiateWithHost(await wasmModule('core-test'), memoryPorts());
const dir = path.join(vectorsDir, 'json/test_parsing');

/** Refused by design: duplicate names and NUL. */
const REFUSED_BY_DESIGN = /^y_(object_duplicated_key.*|string_null_escape|object_escaped_null_in_key)\.json$/;

function isAccepted(bytes) {
  const address = exports.fk_test_alloc(Math.max(1, bytes.length));
  memory.write(address, bytes);
  const status = exports.fk_test_json_check(address, bytes.length);
  exports.fk_test_free(address, Math.max(1, bytes.length));
  return status === 0;
}

test('json__every_vector_is_decided_as_its_name_says', (context) => {
  if (!existsSync(dir)) {
    context.skip(`no outside vectors in ${vectorsDir}`);
    return;
  }
  const files = readdirSync(dir).filter((name) => name.endsWith('.json'));
  const wrong = files.filter((name) => {
    const accepted = isAccepted(readFileSync(path.join(dir, name)));
    const expected = name.startsWith('y_') ? !REFUSED_BY_DESIGN.test(name) : false;
    return !name.startsWith('i_') && accepted !== expected;
  });
  context.diagnostic(`${files.length} files`);
  assert.deepEqual(wrong, []);
  assert.ok(files.length > 300);
});

test('json__what_it_accepts_JSON_parse_accepts_too', () => {
  const texts = ['{"a":[1,2.5e-3,"x",null,true]}', '"\\ud83d\\ude00"', '-0', '[]', '{"a":1,"a":2}', '01', '1.', '"\\ud800"', '[1,]', '\ufeff1', '1e400', '{"a":1}x', ''];
  for (const text of texts) {
    let parses = true;
    try {
      JSON.parse(text);
    } catch {
      parses = false;
    }
    assert.ok(parses || !isAccepted(Buffer.from(text)), JSON.stringify(text));
  }
  assert.ok(isAccepted(Buffer.from(texts[0])));
});
