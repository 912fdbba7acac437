// One vault, two builds: what core.wasm and kdf.wasm wrote, the native program reads, and the other way round. A cipher, a key
// derivation or a page that one of them computes wrongly, but alike in both directions, is seen only here.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { program } from '../scenarios/support/fieldkit.mjs';
import { MemoryDisk } from '../support/memory-host.mjs';
import { driverWithVault, StoreDriver } from '../support/store-driver.mjs';
import { importWebModules } from '../support/web-modules.mjs';

const { VAULT_FILE_NAMES } = await importWebModules('web/src/worker/opfs.ts');
const PASSPHRASE = 'abacus abdomen abdominal acorn acid';
const TYPED = '  Abacus abdomen   ABDOMINAL acorn acid\n';
const CASE_COUNT = 30;
const idOf = (letter, number) => `${letter}${String(number).padStart(31, '0')}`;

let directory;
let passphraseFile;
before(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'fieldkit-both-'));
  passphraseFile = path.join(directory, 'passphrase');
  writeFileSync(passphraseFile, TYPED);
});
after(() => rmSync(directory, { recursive: true }));

function toFolder(disk, name) {
  const folder = path.join(directory, name);
  mkdirSync(folder, { mode: 0o700 });
  VAULT_FILE_NAMES.forEach((file, index) => writeFileSync(path.join(folder, file), disk.files[index], { mode: 0o600 }));
  return folder;
}

function fromFolder(folder) {
  const disk = new MemoryDisk();
  disk.files = VAULT_FILE_NAMES.map((file) => new Uint8Array(readFileSync(path.join(folder, file))));
  return disk;
}

function native(folder, command, request) {
  const args = ['call', '--vault', folder, '--passphrase-file', passphraseFile, command];
  const result = spawnSync(program, args, { input: request === undefined ? '' : JSON.stringify(request), encoding: 'utf8' });
  assert.equal(result.status, 0, `${command}: ${result.stderr}`);
  return JSON.parse(result.stdout);
}

async function inWasm(disk) {
  const driver = new StoreDriver(disk);
  for (const answer of [await driver.open(), await driver.unlock(TYPED)]) assert.equal(answer.ok, true, JSON.stringify(answer));
  return {
    lock: () => driver.ask({ control: 'lock' }),
    async call(command, request) {
      const answer = await driver.command(command, request);
      assert.equal(answer.ok, true, `${command}: ${JSON.stringify(answer)}`);
      return answer.reply;
    },
  };
}

/** One case with its victim; call is either build's. */
async function addCase(call, number, name) {
  const [caseId, person, party] = ['c', 'a', 'b'].map((letter) => idOf(letter, number));
  for (const [type, recordId, fields] of [
    ['case', caseId, { status: 'open', openedOn: '2026-09-21', areaProfile: 'AREA_NORTHMARSH', reference: `NM-${number}` }],
    ['person', person, { name }],
    ['party', party, { person, role: 'victim' }],
  ]) {
    const changes = Object.entries(fields).map(([field, value]) => ({ field, value }));
    await call('draft.save', { timeMs: 1_790_000_000_000 + number, caseId, recordId, type, changes });
  }
  await call('draft.commit', { mutationId: idOf('d', number), timeMs: 1_790_000_000_000 + number, recordIds: [caseId, person, party] });
}

const LIST = { limit: 100 };

test('a vault made in wasm is read, checked and written natively, and read in wasm again', async () => {
  const disk = new MemoryDisk();
  await (await driverWithVault(disk, PASSPHRASE)).ask({ control: 'lock' });
  const wasm = await inWasm(disk);
  for (let number = 1; number <= CASE_COUNT; number++) await addCase(wasm.call, number, `Merle Quince ${number} ${'é'.repeat(number)}`);
  const [list, check] = [await wasm.call('case.list', LIST), await wasm.call('vault.check', {})];
  await wasm.lock();
  assert.equal(list.totalCount, CASE_COUNT);

  const folder = toFolder(disk, 'from-wasm');
  assert.deepEqual(native(folder, 'case.list', LIST), list);
  assert.deepEqual(native(folder, 'vault.check', {}), check);
  assert.deepEqual([check.pagesGood, check.rebuiltEqual], [true, true]);
  await addCase((command, request) => native(folder, command, request), CASE_COUNT + 1, 'Rowan Ash');

  const again = await inWasm(fromFolder(folder));
  const found = await again.call('case.list', { ...LIST, search: 'row as' });
  assert.deepEqual(found.cases.map(({ victimName }) => victimName), ['Rowan Ash']);
  assert.deepEqual(await again.call('vault.check', {}), native(folder, 'vault.check', {}));
});

test('a vault made natively is read and written in wasm, and read natively again', async () => {
  const folder = path.join(directory, 'from-native');
  native(folder, 'vault.create');
  await addCase((command, request) => native(folder, command, request), 1, 'Rowan Ash');
  const disk = fromFolder(folder);
  const wasm = await inWasm(disk);
  assert.deepEqual(await wasm.call('case.list', LIST), native(folder, 'case.list', LIST));
  await addCase(wasm.call, 2, 'Merle Quince');
  const list = await wasm.call('case.list', LIST);
  await wasm.lock();
  assert.equal(list.totalCount, 2);
  assert.deepEqual(native(toFolder(disk, 'from-native-and-wasm'), 'case.list', LIST), list);
});
