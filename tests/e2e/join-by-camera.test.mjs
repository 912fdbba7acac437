// A device is let into a team by showing the square on one screen to the camera of the other: the film its browser takes for the
// camera's picture is made from what the first screen really draws.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { hashOf, words } from './support/app.mjs';
import { CHROMIUM } from './support/browser.mjs';
import { inSteps } from './support/run.mjs';
import { checkScreen } from './support/screens.mjs';
import { compareAndConfirm, filmOfCode, found, invite, withTeam } from './support/team.mjs';
import { assertNoFault } from './support/trace.mjs';
import { until } from './support/until.mjs';

test('a device joins by camera', async (t) => {
  await withTeam('camera', async (team) => {
    const film = path.join(team.folder, 'screen.y4m');
    const first = team.device({ kind: CHROMIUM, name: 'first' });
    const second = team.device({
      kind: CHROMIUM, name: 'second',
      args: ['--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream', `--use-file-for-fake-video-capture=${film}`],
    });
    let code;
    await inSteps(t, [
      ['the first device shows a square', async () => {
        await first.launch();
        await first.app.open();
        await first.app.makeVault();
        await found(first.app, { code: team.code, kind: 'tablet', names: { person: 'Ines', team: 'East' } });
        code = await invite(first.app, 'Ola');
        writeFileSync(film, await filmOfCode(first.app));
        await checkScreen(first.app.page, 'invitation-code');
      }],
      ['the camera of the second reads it', async () => {
        await second.launch();
        await second.app.open();
        await second.app.makeVault();
        await second.app.visit(hashOf({ name: 'join' }));
        await second.app.at(words.join.title);
        await second.app.driver.button(words.join.scan);
        const box = await second.app.locate({ role: 'textbox', name: words.join.code });
        const plain = (text) => text.replace(/[^0-9A-Z]/g, '');
        await until(async () => plain(await box.evaluate((element) => element.value)) === plain(code), 'the code on the other screen stands in the box');
      }],
      ['both compare the words, and it is in', async () => {
        await second.app.driver.choose(words.join.kind, words.team.kinds.phone);
        await second.app.driver.button(words.join.button);
        await compareAndConfirm(first.app, second.app, 'Ola');
        await checkScreen(second.app.page, 'join-done');
      }],
      ['no violation of the policy, no error, no foreign request', () => {
        assertNoFault(first.browser.faults);
        assertNoFault(second.browser.faults);
      }],
    ]);
  });
});
