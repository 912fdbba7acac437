// The files that say what is published: libsodium's from the pinned source, Wycheproof's from outside (vectors.mjs).
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { WYCHEPROOF_FILES, withOneChanged } from './published-answers.mjs';
import { vectorsDir } from './vectors.mjs';
import { root } from './web-modules.mjs';

/** What libsodium says that its test prints. */
export const sodiumSays = (name) => readFileSync(path.join(root, 'build/deps/libsodium/test/default', `${name}.exp`), 'utf8');

/** run: text of a file to what publishedAnswers().wycheproof finds, maybe later. Skips by name where the files are not. */
export async function assertWycheproof(context, run) {
  const dir = path.join(vectorsDir, 'wycheproof');
  if (!existsSync(dir)) {
    context.skip(`no outside vectors in ${vectorsDir}`);
    return;
  }
  for (const [file, countMin] of Object.entries(WYCHEPROOF_FILES)) {
    const text = readFileSync(path.join(dir, file), 'utf8');
    const found = await run(text);
    assert.deepEqual({ ...found, testCount: 0 }, { code: 0, testCount: 0, wrongCount: 0, firstWrongId: 0 }, file);
    assert.ok(found.testCount >= countMin, `${file} holds ${found.testCount} tests`);
    context.diagnostic(`${file}: ${found.testCount} tests`);
    const changed = await run(withOneChanged(text));
    assert.deepEqual([changed.code, changed.testCount, changed.wrongCount], [0, found.testCount, 1], `${file}, one vector changed`);
    assert.ok(changed.firstWrongId > 0);
  }
}
