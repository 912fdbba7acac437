// Goal: a command without a handler does not link, because the dispatch table names the handler of every command.
// Method: compile the generated table alone and look at what it leaves to be found elsewhere.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const folder = mkdtempSync(join(tmpdir(), 'fk-dispatch-'));
after(() => rmSync(folder, { recursive: true }));

const includes = ['core/base/include', 'core/port/include', 'core/protocol/gen', 'core/app/include', 'core/app/gen'].map((path) => `-I${join(root, path)}`);
const object = join(folder, 'dispatch.o');
execFileSync('cc', ['-std=c17', '-c', ...includes, join(root, 'core/app/gen/dispatch_gen.c'), '-o', object]);

const { commands } = JSON.parse(readFileSync(join(root, 'core/protocol/protocol.json'), 'utf8'));
const handlers = commands.map(({ name }) => `fk_handle_${name.replace(/\./g, '_')}`);

/** Link the table with a main and a definition of each of these handlers. */
function link(defined) {
  const source = join(folder, 'main.c');
  writeFileSync(source, `${defined.map((name) => `void ${name}(void) {}\n`).join('')}extern void *const fk_handlers[];\nint main(void) { return fk_handlers[0] == 0; }\n`);
  return spawnSync('cc', [source, object, '-o', join(folder, 'linked')], { encoding: 'utf8' });
}

test('dispatch__links_when_every_command_has_its_handler', () => {
  const { status, stderr } = link(handlers);
  assert.equal(status, 0, stderr);
});

for (const missing of [handlers[0], handlers.at(-1), handlers[Math.floor(handlers.length / 2)]]) {
  test(`dispatch__does_not_link_without_${missing}`, () => {
    const { status, stderr } = link(handlers.filter((name) => name !== missing));
    assert.notEqual(status, 0);
    assert.match(stderr, new RegExp(missing));
  });
}

test('dispatch__asks_for_exactly_the_handlers_of_the_protocol', () => {
  const undefinedNames = execFileSync('nm', ['-u', object], { encoding: 'utf8' }).match(/fk_handle_\w+/g);
  assert.deepEqual([...new Set(undefinedNames)].sort(), [...handlers].sort());
});
