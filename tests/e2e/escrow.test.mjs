// The agency's recovery key as a worker meets it: a native office makes the key, the browser's notebook has its slot after the
// next sync, says so until it is put away, and lists it where the ways in are, not to be taken away.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { CODE, Conversation, WAIT_S } from '../cli/support/team.mjs';
import { program } from '../scenarios/support/fieldkit.mjs';
import { words } from './support/app.mjs';
import { CHROMIUM } from './support/browser.mjs';
import { inSteps } from './support/run.mjs';
import { sync, typeCode, withTeam } from './support/team.mjs';
import { coreCall } from './support/trace.mjs';
import { until } from './support/until.mjs';

const run = promisify(execFile);

test('the agency\'s recovery key is said and shown', async (t) => {
  await withTeam('escrow', async (team) => {
    const worker = team.device({ kind: CHROMIUM, name: 'worker' });
    const at = (name) => path.join(team.folder, name);
    const office = ['--vault', at('office'), '--passphrase-file', at('phrase')];
    const rows = () => worker.app.page.evaluate(() => [...document.querySelectorAll('.govuk-summary-list__key')].map((cell) => cell.textContent.trim()));
    const buttons = () => worker.app.page.evaluate(() => [...document.querySelectorAll('main button')].map((button) => button.textContent.trim()));
    let passphrase;
    await inSteps(t, [
      ['an office founds the agency and names a recovery key', async () => {
        writeFileSync(at('phrase'), 'abacus abdomen abdominal acorn acid\n');
        await run(program, ['call', ...office, 'vault.create']);
        const enrol = new Conversation(['enrol', ...office, '--hub', team.proxy.origin, '--code-file', '-', '--wait', WAIT_S,
          '--name', 'Robin Office', '--team', 'Northern team'], { input: `${team.code}\n` });
        assert.equal(await enrol.ended, 0, enrol.complaint);
        const sheets = ['--root-sheet', at('agency/root-share-1.txt'), '--other-root-sheet', at('agency/root-share-3.txt')];
        const made = await run(program, ['agency', 'escrow', ...office, ...sheets, '--out', at('sheets')]);
        assert.match(made.stdout, /^Recovery key [0-9a-f]{32}$/m);
      }],
      ['a worker\'s device joins and is told', async () => {
        await worker.launch();
        await worker.app.open();
        passphrase = await worker.app.makeVault();
        const invite = new Conversation(['invite', ...office, '--name', 'Ines Calder', '--wait', WAIT_S]);
        await typeCode(worker.app, { code: (await invite.said(CODE))[0], kind: 'tablet' });
        await worker.app.at(words.join.wordsTitle);
        await invite.words();
        await worker.app.driver.button(words.join.wordsYes);
        await invite.answer('yes');
        assert.equal(await invite.ended, 0, invite.complaint);
        await worker.app.at(words.join.doneTitle);
        await sync(worker.app);
        await worker.app.shows(words.escrow.newsHeading, words.escrow.who);
      }],
      ['the ways in name it, with its date, and do not offer to take it away', async () => {
        await worker.app.driver.link(words.escrow.newsLink);
        await worker.app.at(words.keys.title);
        await worker.app.shows(words.escrow.text, words.escrow.copy);
        assert.deepEqual((await rows()).slice(0, 2), [words.keys.types.passphrase, words.keys.types.escrow]);
        assert.ok(!(await buttons()).some((text) => text.includes(words.keys.types.escrow)));
        const { reply } = await coreCall(worker.app.page, 'escrow.state', {});
        assert.deepEqual([reply.isHeld, reply.isNews], [true, true]);
      }],
      ['put away, it is not said again after the next unlock, and still listed', async () => {
        await worker.app.driver.button(words.escrow.newsDismiss);
        await until(async () => !(await worker.app.text()).includes(words.escrow.newsHeading), 'it is put away');
        await worker.app.reload();
        await worker.app.unlock(passphrase);
        await sync(worker.app);
        assert.ok(!(await worker.app.text()).includes(words.escrow.newsHeading));
        assert.equal((await coreCall(worker.app.page, 'escrow.state', {})).reply.isNews, false);
      }],
    ]);
  });
});
