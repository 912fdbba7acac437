// Goal: each rule of build-scripts/check.mjs finds what it is there for, and leaves alone what is allowed.
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';

import * as rules from '../build-scripts/check.mjs';

const body = (count) => `static void f(void)\n{\n${'    g();\n'.repeat(count)}}\n`;

// rule, what is refused (a file and a piece of the problem), what is allowed
const CASES = [
  {
    rule: 'soleUsers',
    refused: [
      ['core/app/src/a.c', '#include <sodium.h>\n', 'sodium.h'],
      ['core/app/include/fk/a.h', '#include "sqlite3.h"\n', 'sqlite3.h'],
      ['tests/unit/a_test.c', '# include <cJSON.h>\n', 'cJSON.h'],
      ['core/sync/src/a.c', '#include <microhttpd.h>\n', 'microhttpd.h'],
    ],
    allowed: [['core/crypto/src/a.c', '#include <sodium.h>\n'], ['core/store/src/a.c', '#include <sqlite3.h>\n'], ['docs/a.md', '#include <sodium.h>\n']],
  },
  {
    rule: 'bannedLast',
    refused: [
      ['core/app/src/a.c', '#include "a.h"\n', 'fk/banned.h'],
      ['core/app/src/b.c', '#include "fk/banned.h"\n#include <string.h>\n', 'fk/banned.h'],
    ],
    allowed: [['core/app/src/a.c', '#include "a.h"\n\n#include "fk/banned.h"\n'], ['core/base/src/memory.c', '#include "a.h"\n'], ['hub/src/a.c', '#include "a.h"\n'], ['core/app/src/a.h', '']],
  },
  {
    rule: 'hubLinks',
    refused: [
      ['hub/CMakeLists.txt', 'fk_module(hub SOURCES a.c\n DEPS base store)', 'the hub links store'],
      ['hub/CMakeLists.txt', 'target_link_libraries(fieldkit-hub PRIVATE fk_hub fk_codec)', 'the hub links fk_codec'],
    ],
    allowed: [['hub/CMakeLists.txt', '# DEPS store)\nfk_module(hub SOURCES a.c DEPS base port)\ntarget_link_libraries(x PRIVATE fk_hub PkgConfig::A)']],
  },
  {
    rule: 'functionLength',
    refused: [['core/app/src/a.c', `int x;\n${body(68)}`, '71 lines'], ['tests/unit/a_test.c', body(200), '203 lines']],
    allowed: [['core/app/src/a.c', body(67) + body(67)], ['core/app/gen/a_gen.c', body(200)], ['hub/src/a.c', `static const int a[] = {\n${'1,\n'.repeat(100)}};\n`]],
  },
  {
    rule: 'fileLength',
    refused: [['core/app/src/a.c', '\n'.repeat(501), '501 lines'], ['web/src/app/a.ts', '\n'.repeat(502), '502 lines'], ['build-scripts/a.mjs', '\n'.repeat(501), '501 lines']],
    allowed: [['core/app/src/a.c', '\n'.repeat(500)], ['core/app/gen/a.c', '\n'.repeat(501)], ['web/src/protocol/a.gen.ts', '\n'.repeat(501)], ['docs/a.md', '\n'.repeat(501)], ['web/src/app/words.cy.ts', '\n'.repeat(501)]],
  },
  {
    rule: 'unfinishedMarks',
    refused: [['core/app/src/a.c', '/* FIXME later */', 'FIXME'], ['web/src/app/a.ts', '// TODO: later', 'TODO'], ['docs/a.md', 'TODO #', 'TODO']],
    allowed: [['core/app/src/a.c', '/* TODO(#12): later, TODO #3 */'], ['docs/a.md', 'a todo list, FIXMEs']],
  },
  {
    rule: 'placeWords',
    refused: [['docs/a.md', `see ${['/wo', 'rk/'].join('')}x`, 'names the place'], ['core/app/src/a.c', `/* ${['Cla', 'ude'].join('')} */`, 'names the place']],
    allowed: [['docs/a.md', 'the work/life of a worker, a network/hub']],
  },
  {
    rule: 'domainReferences',
    refused: [
      ['core/app/src/a.c', '/* docs/DOMAIN.md 9.9 */', 'no section 9.9'],
      ['core/app/src/b.c', '/* docs/DOMAIN.md 1.2, 2 and 7 */', 'no section 7'],
      ['core/app/src/c.c', '/* docs/DOMAIN.md\n * 3.1 */', 'no section 3.1'],
    ],
    allowed: [['core/app/src/a.c', '/* docs/DOMAIN.md 1.2, 2; docs/DOMAIN.md */']],
    beside: { 'docs/DOMAIN.md': '# D\n## 1. A\n### 1.2 B\n## 2. C\n' },
  },
  {
    rule: 'importEdges',
    refused: [
      ['web/src/views/a.ts', "import { x } from '../core-client/a.ts';", 'views may not import core-client'],
      ['web/src/views/deep/a.ts', "export * from '../../worker/a.ts';", 'views may not import worker'],
      ['web/src/worker/a.ts', "await import('../app/a.ts');", 'worker may not import app'],
      ['web/src/state/a.ts', "import type { X } from '../views/a.ts';", 'state may not import views'],
      ['web/src/protocol/a.ts', "import '../state/a.ts';", 'protocol may not import state'],
      ['sw/a.ts', "import { x } from '../web/src/app/a.ts';", 'the service worker imports'],
    ],
    allowed: [
      ['web/src/views/a.ts', "import { x } from '../state/a.ts'; import { html } from 'lit-html'; // '../core-client/a.ts'"],
      ['web/src/app/a.ts', "import { x } from '../core-client/a.ts';"], ['sw/a.ts', "import { x } from './b.ts';"],
    ],
  },
  {
    rule: 'realms',
    refused: [
      ['web/src/views/a.ts', "void fetch('x');", 'may not use fetch'],
      ['web/src/views/a.ts', 'const n = navigator.storage;', 'may not use navigator'],
      ['web/src/views/a.ts', 'const f = html`<p>${html`${indexedDB.x}`}</p>`;', 'may not use indexedDB'],
      ['web/src/components/a.ts', 'globalThis.postMessage(1);', 'may not use postMessage'],
      ['web/src/worker/a.ts', 'document.title;', 'may not use document'],
      ['sw/a.ts', 'window.x;', 'may not use window'],
    ],
    allowed: [
      ['web/src/views/a.ts', "const a = { fetch: 1 }; a.fetch; // navigator\nconst s = 'navigator'; const t = html`fetch navigator`;"],
      ['web/src/worker/a.ts', 'interface A { document: string } const f = (a: A) => a.document; port.postMessage(1);'],
      ['web/src/core-client/a.ts', 'navigator.locks;'],
    ],
  },
  {
    rule: 'markupFromText',
    refused: [['web/src/app/a.ts', 'e.innerHTML = x;', 'innerHTML'], ['web/src/app/a.ts', "e['outerHTML'] = x;", 'outerHTML'], ['web/src/app/a.ts', "import { unsafeHTML } from 'lit-html/directives/unsafe-html.js';", 'unsafeHTML']],
    allowed: [['web/src/app/a.ts', 'e.textContent = x; // innerHTML']],
  },
  {
    rule: 'noNotifications',
    refused: [
      ['web/src/app/a.ts', "new Notification('x');", 'Notification shows'], ['sw/a.ts', "self.registration.showNotification('x');", 'showNotification'],
      ['web/src/platform/a.ts', 'registration.pushManager.subscribe();', 'pushManager'], ['web/src/platform/a.ts', "navigator['setAppBadge'](3);", 'setAppBadge'],
    ],
    allowed: [['web/src/components/a.ts', "notification({ id: 'x' }); // Notification"]],
  },
  {
    rule: 'noAny',
    refused: [['web/src/app/a.ts', 'const f = (x: any) => x;', 'any hides'], ['sw/a.ts', 'const y = x as unknown as Map<string, any>;', 'any hides']],
    allowed: [['web/src/app/a.ts', "// any\nconst any = 'any'; const t = html`<p>any</p>`;"]],
  },
];

for (const { rule, refused, allowed, beside = {} } of CASES) {
  refused.forEach(([path, text, piece], index) => {
    test(`${rule}__refuses_${index}`, () => {
      const problems = rules[rule]({ ...beside, [path]: text });
      assert.equal(problems.length, 1, problems.join('\n'));
      assert.ok(problems[0].startsWith(`${path}:`), problems[0]);
      assert.ok(problems[0].includes(piece), problems[0]);
    });
  });
  test(`${rule}__allows`, () => {
    for (const [path, text] of allowed) assert.deepEqual(rules[rule]({ ...beside, [path]: text }), []);
  });
}

test('tree_rules__are_all_tested', () => {
  assert.deepEqual(rules.TREE_RULES.map((rule) => rule.name).sort(), CASES.map(({ rule }) => rule).sort());
});

// (module (import "host" "x" (func)) (export "y" (func 0)))
const MODULE = new WebAssembly.Module(new Uint8Array([
  0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0,
  2, 10, 1, 4, 0x68, 0x6f, 0x73, 0x74, 1, 0x78, 0, 0, 7, 5, 1, 1, 0x79, 0, 0,
]));

test('wasmBorder__wants_the_list_exactly', () => {
  const list = '# a comment\ncore import host.x\ncore export y\nkdf export z\n';
  assert.deepEqual(rules.wasmBorder(list, { core: MODULE }), []);
  assert.match(rules.wasmBorder('core import host.x\n', { core: MODULE }).join(), /does not list: core export y/);
  assert.match(rules.wasmBorder('core export y\n', { core: MODULE }).join(), /does not list: core import host.x/);
  assert.match(rules.wasmBorder(`${list}core export w\n`, { core: MODULE }).join(), /lists what is not there: core export w/);
});

test('generatedFresh__names_a_stale_file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'fk-check-'));
  try {
    for (const [path, text] of Object.entries(rules.readTree())) {
      if (!/^(build-scripts|core|docs|web)\//.test(path)) continue;
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    cpSync(new URL('../core/wire/dictionary', import.meta.url), join(folder, 'core/wire/dictionary'), { recursive: true }); // no text
    assert.deepEqual(rules.generatedFresh(folder), []);
    const damages = [
      ['core/protocol/gen/fk/protocol_gen.h', 'bool', 'char'], ['web/src/protocol/records.gen.ts', 'readonly', ''],
      ['docs/PROTOCOL.md', '### core.start', '### core.begin'], ['core/wire/gen/dictionary_gen.c', '    32,', '    33,'],
    ];
    for (const [path, from, to] of damages) {
      const fresh = rules.readTree()[path];
      assert.ok(fresh.includes(from));
      writeFileSync(join(folder, path), fresh.replace(from, to));
      const problems = rules.generatedFresh(folder);
      assert.equal(problems.length, 1);
      assert.ok(problems[0].includes(`${path} is not what its generator writes`), problems[0]);
      writeFileSync(join(folder, path), fresh);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});
