// Back at the office a second device sees it: the main job offline in one browser, then a team, a hub that cannot read, and a
// colleague in the other browser. Both ways round. Afterwards nothing that was typed is in the hub's files, its log or the traffic.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TOPICS, words } from './support/app.mjs';
import { CHROMIUM, FIREFOX } from './support/browser.mjs';
import { compileWords, describeHits, scanBytes, scanTree } from './support/canary.mjs';
import { answerTopics, beginDash, finishDash, makePlan, makeReferral, recordCase } from './support/journey.mjs';
import { inSteps } from './support/run.mjs';
import { makeStory, withCanaries } from './support/story.mjs';
import { compareAndConfirm, counts, decide, digestOf, found, invite, openCompleted, openDifferences, sync, typeCode, withTeam } from './support/team.mjs';
import { assertNoTrace, newCanaries } from './support/trace.mjs';

/** Names people give at the screen are typed too: each carries a canary of its own. */
const nameWith = (canaries, text) => `${text} ${canaries.head}`;

for (const [firstKind, secondKind] of [[CHROMIUM, FIREFOX], [FIREFOX, CHROMIUM]]) {
  test(`${firstKind} records, ${secondKind} sees it`, async (t) => {
    const canaries = newCanaries();
    const story = makeStory(withCanaries(canaries));
    const { name } = story.case;
    const names = { person: nameWith(canaries, 'Ines'), team: nameWith(canaries, 'East'), colleague: nameWith(canaries, 'Tomas') };
    const phones = { first: `${story.victim.phone} mornings`, second: `${story.victim.phone} after six` };
    const passphrases = {};
    await withTeam(`two-${firstKind}`, async (team) => {
      const first = team.device({ kind: firstKind, name: 'first' });
      const second = team.device({ kind: secondKind, name: 'second' });
      await inSteps(t, [
        ['the first device makes a vault and goes out', async () => {
          await first.launch();
          await first.app.open();
          passphrases.first = await first.app.makeVault();
          await first.app.isCached();
          await team.goOffline();
        }],
        ['the main job with the hub gone, the page reloaded in the middle', async () => {
          await recordCase(first.app, story);
          await beginDash(first.app, story);
          await answerTopics(first.app, story, 0, 12);
          await first.app.reload();
          await first.app.unlock(passphrases.first);
          await first.app.at(TOPICS[12].text);
          await answerTopics(first.app, story, 12, TOPICS.length);
          await finishDash(first.app, story);
          await first.app.openCase(name);
          await makePlan(first.app, story);
          await first.app.openCase(name);
          await makeReferral(first.app, story);
        }],
        ['back at the office it founds the team, and sends what it recorded before', async () => {
          await team.goOnline();
          await found(first.app, { code: team.code, kind: 'tablet', names });
          await sync(first.app);
          const { deviceCount, sentCount, confirmedCount } = await counts(first.app);
          assert.deepEqual({ deviceCount, confirmedCount }, { deviceCount: 0, confirmedCount: 0 });
          assert.ok(sentCount > 10, `${sentCount} records were sent`);
        }],
        ['the colleague types the code; both compare the words', async () => {
          await second.launch();
          await second.app.open();
          passphrases.second = await second.app.makeVault();
          const code = await invite(first.app, names.colleague);
          await typeCode(second.app, { code, kind: 'office' });
          await compareAndConfirm(first.app, second.app, names.colleague);
        }],
        ['the colleague sees the case', async () => {
          await sync(first.app);
          await sync(second.app);
          await second.app.openCase(name);
          const { victim, perpetrators, child, contact, incidents } = story;
          await second.app.shows(victim.address, child.name, ...perpetrators.map((person) => person.name), contact.codeWord, incidents[0].description);
        }],
        ['what the office device has fetched counts as confirmed on the first', async () => {
          await sync(second.app);
          await sync(first.app);
          const { deviceCount, sentCount, confirmedCount } = await counts(first.app);
          assert.deepEqual({ deviceCount, sentCount }, { deviceCount: 0, sentCount: 0 });
          assert.ok(confirmedCount > 10);
        }],
        ['the colleague changes another field, the first sees it', async () => {
          await second.app.openCase(name);
          await second.app.changeVictim(name, { phone: `${story.victim.phone} evenings` });
          await sync(second.app);
          await sync(first.app);
          await first.app.openCase(name);
          await first.app.shows(`${story.victim.phone} evenings`);
        }],
        ['both change one field while the hub is gone: both are told that it differs, by whom, and both values are kept', async () => {
          await team.goOffline();
          for (const [device, value] of [[first, phones.first], [second, phones.second]]) {
            await device.app.openCase(name);
            await device.app.changeVictim(name, { phone: value });
          }
          await team.goOnline();
          await sync(first.app);
          await sync(second.app);
          await sync(first.app);
          for (const device of [first, second]) {
            await openDifferences(device.app, name);
            await device.app.shows(phones.first, phones.second, device === first ? names.colleague : names.person);
          }
        }],
        ['the referral and the checklist of both say so, the paper too', async () => {
          for (const [device, kind] of [[first, firstKind], [second, secondKind]]) {
            const said = `${words.fieldNames['person.phone']}, ${words.draftNames.person}: ${name}: ${words.standings.R}`;
            await device.app.openCase(name);
            await openCompleted(device.app, words.case.dashTitle);
            await device.app.shows(words.conflicts.restsOn.one, said);
            await device.app.openCase(name);
            await openCompleted(device.app, words.case.referralTitle);
            await device.app.shows(words.conflicts.restsOn.one, said);
            if (kind !== CHROMIUM) continue; /* the driver of the other cannot look at the paper */
            await device.app.page.emulateMediaType('print');
            await device.app.shows(words.conflicts.restsOn.one, said);
            assert.ok(!(await device.app.text()).includes(words.conflicts.see), 'a paper leads nowhere');
            await device.app.page.emulateMediaType(null);
          }
          await openDifferences(second.app, name);
        }],
        ['the colleague decides with a reason, and both see it', async () => {
          await decide(second.app, phones.first, canaries.of('ui.changeReason'));
          await sync(second.app);
          await sync(first.app);
          for (const device of [first, second]) {
            await device.app.openCase(name);
            await device.app.shows(phones.first);
            assert.ok(!(await device.app.text()).includes(words.conflicts.noticeText), 'nothing differs any more');
            await openCompleted(device.app, words.case.referralTitle);
            assert.ok(!(await device.app.text()).includes(words.conflicts.restsOn.one), 'what the referral rests on is settled');
          }
        }],
        ['rebuilt from the log alone, the tables of both are equal byte for byte', async () => {
          assert.equal(await digestOf(second.app), await digestOf(first.app));
        }],
        ['nothing of it is in the hub\'s files, in its log or on the wire', async () => {
          await team.hub.stop();
          const needles = compileWords(canaries.words);
          const { hits, files, bytes } = scanTree(`${team.folder}/hub`, needles);
          assert.ok(files > 0 && bytes > 50_000, `${files} files of the hub hold ${bytes} bytes`);
          assert.equal(hits.length, 0, describeHits(team.folder, hits, canaries));
          const traffic = team.proxy.bytes();
          assert.ok(traffic.length > 100_000 && traffic.includes('POST /v1/push') && traffic.includes('POST /v1/pull'), 'the traffic was recorded');
          assert.deepEqual(scanBytes('traffic', traffic, needles).hits, []);
          assert.deepEqual(scanBytes('log', Buffer.from(team.hub.log), needles).hits, []);
          assert.ok(scanBytes('traffic', Buffer.concat([traffic, Buffer.from(`POST /v1/push ${canaries.of('person.name')}`)]), needles).hits.length > 0, 'one that was there would be found');
        }],
        ['leaves nothing in the killed profiles', async () => {
          for (const [device, passphrase] of [[first, passphrases.first], [second, passphrases.second]]) {
            await device.browser.kill();
            assertNoTrace({ ...device, faults: device.browser.faults, canaries, passphrase });
          }
        }],
      ]);
    });
  });
}
