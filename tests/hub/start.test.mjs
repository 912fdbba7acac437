// build-scripts/start.sh --no-build: the agency made once, its code shown once, and the demo of made-up people.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { CODE, Conversation, WAIT_S } from '../cli/support/team.mjs';
import { ROOT } from './support/server.mjs';

const FIELDKIT = `${ROOT}build/release/core/host/posix/fieldkit`;
let directory;
let data;

before(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'fieldkit-start-'));
  data = path.join(directory, 'data');
});
after(() => rmSync(directory, { recursive: true }));

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = net.createServer().once('error', reject).listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

/** start.sh until it has said the pattern; `ended` resolves with its exit code. */
async function start(args, pattern, port) {
  const child = spawn(`${ROOT}build-scripts/start.sh`, ['--no-build', '--port', String(port), ...args], {
    env: { ...process.env, FIELDKIT_DATA: data }, stdio: ['ignore', 'pipe', 'pipe'],
  });
  const run = { child, output: '' };
  run.ended = new Promise((resolve) => child.once('close', (code, signal) => resolve(code ?? signal)));
  await new Promise((resolve, reject) => {
    const take = (chunk) => {
      run.output += chunk;
      if (pattern.test(run.output)) resolve();
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    void run.ended.then((code) => reject(new Error(`start.sh ended with ${code}: ${run.output}`)));
  });
  return run;
}

async function stop(run) {
  run.child.kill();
  await run.ended;
}

test('the first start shows a code, later ones show none, and another port in use is said', async () => {
  const port = await freePort();
  const first = await start([], /delete the files/, port);
  assert.match(first.output, new RegExp(`Fieldkit is ready: http://localhost:${port}`));
  assert.match(first.output, CODE);
  const second = spawnSync(`${ROOT}build-scripts/start.sh`, ['--no-build', '--port', String(port)], { env: { ...process.env, FIELDKIT_DATA: data }, encoding: 'utf8' });
  assert.equal(second.status, 0);
  assert.match(second.stdout, /^Fieldkit already answers/);
  await stop(first);
  const later = await start([], /Stop with Ctrl\+C/, port);
  assert.doesNotMatch(later.output, CODE);
  await stop(later);
  for (const name of ['agency', 'agency/founding.bin', 'hub.sqlite']) {
    assert.equal(statSync(path.join(data, name)).mode & 0o077, 0, name);
  }
});

test('a start that was cut while it wrote the sheets makes the agency anew', async () => {
  data = path.join(directory, 'cut');
  mkdirSync(path.join(data, 'agency'), { recursive: true });
  writeFileSync(path.join(data, 'agency', 'root-share-1.txt'), 'half a sheet');
  const run = await start([], /delete the files/, await freePort());
  assert.match(run.output, CODE);
  await stop(run);
  assert.equal(spawnSync(FIELDKIT, ['agency', 'check', '--out', path.join(data, 'agency')]).status, 0);
});

test('an agency whose sheets were taken away with their directory stays the only one', async () => {
  rmSync(path.join(data, 'agency'), { recursive: true });
  const run = await start([], /Stop with Ctrl\+C/, await freePort());
  assert.doesNotMatch(run.output, CODE);
  await stop(run);
  assert.equal(existsSync(path.join(data, 'agency')), false);
});

test('a hub that cannot start still shows the code that was made', async () => {
  const taken = net.createServer((socket) => socket.end('HTTP/1.0 404 no\r\n\r\n'));
  await new Promise((resolve) => { taken.listen(0, '127.0.0.1', resolve); });
  data = path.join(directory, 'taken');
  const run = await start([], /delete the files/, taken.address().port);
  assert.match(run.output, CODE);
  assert.notEqual(await run.ended, 0);
  taken.close();
});

test('the demo lets a visitor in, who sees made-up cases; everything says that it is made up', async () => {
  data = path.join(directory, 'shown');
  const port = await freePort();
  const demo = await start(['--demo'], /^Code, .*: /m, port);
  const passphrase = path.join(`${data}-demo`, 'office-passphrase');
  const visitor = ['--vault', path.join(directory, 'visitor'), '--passphrase-file', passphrase];
  const call = (command) => JSON.parse(spawnSync(FIELDKIT, ['call', ...visitor, command], { input: '{"limit":100}', encoding: 'utf8' }).stdout);
  spawnSync(FIELDKIT, ['call', ...visitor, 'vault.create']);
  const enrol = new Conversation(['enrol', ...visitor, '--hub', `http://localhost:${port}`, '--code-file', '-', '--wait', WAIT_S],
    { input: `${CODE.exec(demo.output)[0]}\n` });
  const words = await enrol.words();
  await enrol.answer('yes');
  assert.equal(await enrol.ended, 0, enrol.complaint);
  assert.ok(demo.output.includes(`Words: ${words}`));
  const { cases } = call('case.list');
  assert.equal(cases.length, 3);
  for (const row of cases) assert.match(row.reference, /\(made up\)$/);
  const status = JSON.parse(spawnSync(FIELDKIT, ['call', ...visitor, 'team.status'], { input: '{}', encoding: 'utf8' }).stdout);
  assert.match(status.teamName, /\(made up\)$/);
  assert.match(status.personName, /\(made up\)$/);
  assert.equal(existsSync(data), false); // the other agency is not touched
  await stop(demo);
  assert.deepEqual(readdirSync(`${data}-demo`).filter((name) => !name.startsWith('hub.sqlite')).sort(), ['agency', 'complete', 'office', 'office-passphrase']);
});

test('a demo that was cut while it was made is made anew', async () => {
  rmSync(path.join(`${data}-demo`, 'complete'));
  const demo = await start(['--demo'], /^Code, .*: /m, await freePort());
  assert.match(demo.output, /Making the demo/);
  await stop(demo);
  const again = await start(['--demo'], /^Code, .*: /m, await freePort());
  assert.doesNotMatch(again.output, /Making the demo/);
  await stop(again);
});
