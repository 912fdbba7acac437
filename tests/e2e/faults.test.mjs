// What can go wrong on a device: each time a sentence a worker understands, a way on, and nothing lost or changed.
// In both browsers but for the full disk: WebDriver BiDi has no call that takes room away from a running Firefox and gives it back.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { App, errors, hashOf, words } from './support/app.mjs';
import { CHROMIUM, FIREFOX } from './support/browser.mjs';
import { PointerDriver } from './support/drivers.mjs';
import { digestFiles } from './support/private-files.mjs';
import { checkScreen } from './support/screens.mjs';
import { isThere } from './support/dom.mjs';
import { inApp } from './support/run.mjs';
import { makeStory, readable } from './support/story.mjs';
import { assertNoFault, coreCall, newId } from './support/trace.mjs';

const story = makeStory(readable);
const { name } = story.case;
const stateOf = (key) => errors.states[key];

/** The state's own words are on screen: what happened, and the way on. */
async function tells(app, { title, text, wayOn }) {
  await app.shows(title, text, wayOn);
}

/** Pictures of both browsers stand side by side. */
const pictureSuffix = (kind) => (kind === CHROMIUM ? '' : `-${kind}`);

for (const kind of [CHROMIUM, FIREFOX]) {
  test(`${kind}: a wrong passphrase is said, nothing changes, the right one opens`, async () => {
    await inApp({ kind, name: `wrong-${kind}` }, async (run) => {
      await run.app.open();
      const passphrase = await run.app.makeVault();
      await run.app.startCase(story.case);
      await run.app.lock();
      /* The count of wrong passphrases is the one thing that has to change. */
      const files = async () => (await digestFiles(run.app.page)).filter((each) => !each.includes('/tries '));
      const before = await files();
      assert.ok(before.length >= 6, 'the vault has its files');
      await run.app.tryUnlock('gravel ostrich lantern pebble mitten');
      await tells(run.app, errors.errors.auth);
      assert.equal(await run.app.headingNow(), words.unlock.title);
      assert.match(await run.app.page.title(), /^Error: /);
      assert.deepEqual(await files(), before, 'the files are as they were');
      await run.app.unlock(passphrase);
      await run.app.openCase(name);
      assertNoFault(run.browser.faults);
    });
  });
}

for (const kind of [CHROMIUM, FIREFOX]) {
  test(`${kind}: private browsing is refused before anything is made, and the help numbers work`, async () => {
    await inApp({ kind, name: `private-${kind}`, isPrivate: true }, async (run) => {
      await run.app.open();
      await run.app.at(stateOf('private_browsing').title);
      await tells(run.app, stateOf('private_browsing'));
      await checkScreen(run.app.page, `gate-refused-private${pictureSuffix(kind)}`);
      await run.app.driver.link(words.shell.emergency);
      await run.app.shows('999');
      assertNoFault(run.browser.faults);
    });
  });

  test(`${kind}: a second window is told, and can take over; the first one then says where the records are`, async () => {
    await inApp({ kind, name: `second-${kind}` }, async (run) => {
      await run.app.open();
      const passphrase = await run.app.makeVault();
      await run.app.startCase(story.case);
      const page = await run.browser.openWindow();
      const second = new App({ page, driver: new PointerDriver(page), origin: run.origin });
      await second.open();
      await second.at(stateOf('second_window').title);
      await tells(second, stateOf('second_window'));
      await checkScreen(page, `gate-other-window${pictureSuffix(kind)}`);
      await second.driver.button(words.otherWindow.move);
      await second.unlock(passphrase);
      await second.openCase(name);
      await run.app.page.bringToFront();
      await tells(run.app, stateOf('second_window'));
      assertNoFault(run.browser.faults);
    });
  });
}

/** Chromium reserves room ahead: saves another draft until that is used up and the core says full. */
async function useUpReserve(page, caseId) {
  const recordId = newId();
  for (let turn = 0; turn < 400; turn++) {
    const changes = [{ field: 'description', value: `turn ${turn} ${'x'.repeat(4000)}` }];
    const answer = await coreCall(page, 'draft.save', { timeMs: Date.now(), caseId, recordId, type: 'incident', changes });
    if (!answer.ok) return assert.equal(answer.error.code, 'full');
  }
  return assert.fail('the disk never got full');
}

test('a full disk: what is typed is said not to be saved, and is saved once there is room', async () => {
  await inApp({ kind: CHROMIUM, name: 'full' }, async (run) => {
    await run.app.open();
    const passphrase = await run.app.makeVault();
    await run.app.startCase(story.case);
    const session = await run.browser.cdp();
    const quota = (more) => session.send('Storage.overrideQuotaForOrigin', { origin: run.origin, ...more });
    await run.app.driver.button(words.case.incidentsAdd);
    await run.app.at(words.incident.title);
    await run.app.driver.date(words.incident.date, story.incidents[0].date);
    await run.app.shows(words.save.saved);
    await quota({ quotaSize: 1 });
    await useUpReserve(run.app.page, run.app.route().caseId);
    await run.app.driver.fill(words.incident.description, story.incidents[0].description);
    await run.app.driver.focus({ role: 'textbox', name: 'Day', group: words.incident.date });
    await run.app.shows(words.save.failed);
    await run.app.shows(errors.errors.full.text, errors.errors.full.wayOn);
    assert.equal((await coreCall(run.app.page, 'vault.reserve', {})).error?.code, 'full', 'no other form would open');
    assert.equal(await (await run.app.locate({ role: 'textbox', name: words.incident.description })).evaluate((box) => box.value), story.incidents[0].description, 'what was typed stays on screen');
    await quota({});
    await run.app.driver.press({ role: 'button', name: words.save.retry, nth: 0 });
    await run.app.shows(words.save.saved);
    await run.browser.kill();
    await (await run.launch()).open();
    await run.app.unlock(passphrase);
    await run.app.openCase(name);
    await run.app.driver.press({ role: 'link', name: `${words.draftNames.incident}: `, isPart: true, nth: 0 });
    await run.app.at(words.incident.title);
    assert.equal(await (await run.app.locate({ role: 'textbox', name: words.incident.description })).evaluate((box) => box.value), story.incidents[0].description);
    assertNoFault(run.browser.faults);
  });
});

/** Where a browser keeps the origin's private files in its profile, and what it calls them. */
const PRIVATE_FILES = { [CHROMIUM]: ['profile/Default/File System', /^\d{8}$/], [FIREFOX]: ['profile/storage/default', /^[0-9A-Z]{20,}$/] };

/** The vault's files in a killed profile, the one with most in it first: zeros at the end are room taken ahead. */
function vaultFiles(kind, home) {
  const [folder, pattern] = PRIVATE_FILES[kind];
  return readdirSync(path.join(home, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && pattern.test(entry.name))
    .map((entry) => path.join(entry.parentPath ?? entry.path, entry.name))
    .map((file) => ({ file, bytes: readFileSync(file) }))
    .map((each) => ({ ...each, usedBytes: each.bytes.findLastIndex((byte) => byte !== 0) + 1 }))
    .sort((a, b) => b.usedBytes - a.usedBytes);
}

/** The same vault for reading: what is missing is said on every screen, and no form opens. */
async function looksAtWhatIsWhole(run, passphrase) {
  const { app } = run;
  await app.driver.button(words.reading.look);
  await app.at(words.reading.unlockTitle);
  await app.driver.fill(words.passphrase.label, passphrase);
  await app.driver.button(words.reading.look);
  await app.at(words.pin.chooseTitle);
  await app.driver.button(words.pin.skip);
  await tells(app, stateOf('damaged_reading'));
  assert.equal(await isThere(app.page, { role: 'button', name: words.list.add }), false, 'no case is begun where nothing can be saved');
  await app.visit(hashOf({ name: 'case-new', caseId: newId() }));
  await tells(app, errors.errors['read-only']);
}

for (const kind of [CHROMIUM, FIREFOX]) {
  test(`${kind}: a vault damaged on disk is not shown, and the sentence says what to do`, async () => {
    await inApp({ kind, name: `damaged-${kind}` }, async (run) => {
      await run.app.open();
      const passphrase = await run.app.makeVault();
      await run.app.startCase(story.case);
      await run.app.recordContact(name, story.contact);
      await run.browser.kill();
      const [largest] = vaultFiles(kind, run.home);
      assert.ok(largest.usedBytes > 8192, 'the vault holds something');
      // In the middle of what was written, with good records behind it: no torn tail.
      largest.bytes[Math.floor(largest.usedBytes / 3)] ^= 0x5a;
      writeFileSync(largest.file, largest.bytes);
      await (await run.launch()).open();
      await run.app.tryUnlock(passphrase);
      await run.app.at(stateOf('damaged_vault').title);
      await tells(run.app, stateOf('damaged_vault'));
      assert.ok(!(await run.app.text()).includes(name), 'no record is shown');
      await checkScreen(run.app.page, `gate-damaged${pictureSuffix(kind)}`);
      await looksAtWhatIsWhole(run, passphrase);
      await run.app.driver.link(words.shell.emergency);
      await run.app.shows('999');
      assertNoFault(run.browser.faults);
    });
  });
}
