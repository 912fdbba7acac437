// `fieldkit call` on a real vault in a temporary directory: the same core and format as the app.
//   FIELDKIT=path/to/fieldkit node --test tests/cli/
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

const fieldkit = process.env.FIELDKIT ?? 'build/release/core/host/posix/fieldkit';
const ID = { case: 'c'.repeat(32), person: 'a'.repeat(32), party: 'b'.repeat(32) };
const NAME = 'Canary Merle Quince';

let directory;
let vault;
let passphraseFile;

function run(command, request, { phrase = passphraseFile, extra = [] } = {}) {
  const input = request === undefined ? '' : typeof request === 'string' ? request : JSON.stringify(request);
  const result = spawnSync(fieldkit, ['call', '--vault', vault, '--passphrase-file', phrase, command, ...extra], { input, encoding: 'utf8' });
  return { code: result.status, reply: result.stdout === '' ? undefined : JSON.parse(result.stdout), complaint: result.stderr };
}

before(() => {
  directory = mkdtempSync(join(tmpdir(), 'fieldkit-cli-'));
  vault = join(directory, 'vault');
  passphraseFile = join(directory, 'passphrase');
  writeFileSync(passphraseFile, '  Abacus abdomen   ABDOMINAL acorn acid\n');
  assert.equal(run('vault.create').code, 0);
});
after(() => rmSync(directory, { recursive: true }));

const save = (type, recordId, fields) => run('draft.save', {
  timeMs: 1790000000000, caseId: ID.case, recordId, type,
  changes: Object.entries(fields).map(([field, value]) => ({ field, value })),
});

test('a record written by one process is read by the next', () => {
  assert.equal(save('case', ID.case, { status: 'open', openedOn: '2026-09-21', areaProfile: 'AREA_NORTHMARSH' }).code, 0);
  assert.equal(save('person', ID.person, { name: NAME }).code, 0);
  assert.equal(save('party', ID.party, { person: ID.person, role: 'victim' }).code, 0);
  const committed = run('draft.commit', { mutationId: 'd'.repeat(32), timeMs: 1790000000001, recordIds: Object.values(ID) });
  assert.deepEqual(committed.reply, { operationCount: 6 });
  const list = run('case.list', { limit: 10, search: 'mer qui' });
  assert.equal(list.reply.cases[0].victimName, NAME);
  const check = run('vault.check', {});
  assert.equal(check.reply.pagesGood && check.reply.rebuiltEqual, true);
});

test('a wrong passphrase is refused with code 3, a sentence, and nothing changed but the count of tries', () => {
  const contents = () => readdirSync(vault).filter((name) => name !== 'tries').map((name) => readFileSync(join(vault, name)).toString('base64'));
  const before = contents();
  const wrong = join(directory, 'wrong');
  writeFileSync(wrong, 'abacus abdomen abdominal acorn acids');
  const answer = run('case.list', { limit: 10 }, { phrase: wrong });
  assert.equal(answer.code, 3);
  assert.match(answer.complaint, /^auth: /);
  assert.equal(answer.reply, undefined);
  assert.deepEqual(contents(), before);
});

test('nothing of a record or the passphrase stands in the files', () => {
  for (const name of readdirSync(vault)) {
    const bytes = readFileSync(join(vault, name));
    for (const canary of [NAME, 'Merle', 'abdominal', ID.person]) {
      assert.equal(bytes.includes(Buffer.from(canary)), false, `${canary} in ${name}`);
    }
  }
});

test('hostile requests are refused by name', () => {
  const cases = [
    ['{"limit":10', 'bad-json'],
    ['{"limit":10,"limit":11}', 'bad-json'],
    ['{"limit":0}', 'invalid-input'],
    ['{"limit":10,"surprise":1}', 'invalid-input'],
    ['['.repeat(1000), 'too-large'],
    [`{"limit":10,"search":"${'x'.repeat(5_000_000)}"}`, 'too-large'],
  ];
  for (const [request, code] of cases) {
    const answer = run('case.list', request);
    assert.equal(answer.code, 3, request.slice(0, 40));
    assert.ok(answer.complaint.startsWith(`${code}: `), `${request.slice(0, 40)} -> ${answer.complaint}`);
  }
});

test('wrong use answers 2 and shows the usage', () => {
  for (const use of [['case.lost'], ['case.list', 'case.get']]) {
    const answer = run(use[0], '', { extra: use.slice(1) });
    assert.equal(answer.code, 2);
    assert.match(answer.complaint, /^usage: (.*\n +)*fieldkit call --vault/);
  }
});
