// The locks as somebody meets them who left the tablet, or who picked it up: by time, by hand, after a sleep, with a clock that was
// set back, out of the page cache, with the back button. The times are the shortest that a person can choose.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { words } from './support/app.mjs';
import { CHROMIUM, FIREFOX } from './support/browser.mjs';
import { checkScreen } from './support/screens.mjs';
import { inApp } from './support/run.mjs';
import { makeStory, withCanaries } from './support/story.mjs';
import { assertNoFault, coreCall, newCanaries } from './support/trace.mjs';
import { until } from './support/until.mjs';

const PIN = '407193';
const IDLE_S = 15;
const HIDDEN_S = 5;
/** The lock is due, a heartbeat finds it, a busy machine draws it. */
const LOCK_MS_MAX = 60_000;

/** What of a record could be seen, read or gone back to: the page, its title, its address, its history entry. */
const traces = (page) => page.evaluate(() => [
  document.documentElement.outerHTML, document.body.innerText, document.title, location.href, JSON.stringify(history.state),
  ...[...document.querySelectorAll('input, textarea, select')].map((control) => control.value),
].join('\n'));

async function assertNothingSeen(page, canaries, when) {
  const text = await traces(page);
  for (const word of canaries.words) assert.ok(!text.includes(word), `${when}: a record is in the page: ${text.slice(Math.max(0, text.indexOf(word) - 200), text.indexOf(word) + 60)}`);
}

/** A case on screen with a form half filled in. Out: what was typed last. */
async function withForm(run, canaries) {
  const { app } = run;
  const story = makeStory(withCanaries(canaries));
  await app.startCase(story.case);
  await app.driver.button(words.case.incidentsAdd);
  await app.at(words.incident.title);
  await app.driver.fill(words.incident.description, story.incidents[0].description);
  assert.ok((await traces(app.page)).includes(canaries.words[0]), 'the record is on screen before');
  return story.incidents[0].description;
}

async function shortTimes(app) {
  await app.driver.link(words.shell.storage);
  await app.driver.link(words.locks.link);
  await app.at(words.locks.title);
  await app.driver.choose(words.locks.idle, `${IDLE_S} seconds`);
  await app.driver.choose(words.locks.hidden, `${HIDDEN_S} seconds`);
  await until(async () => {
    const { reply } = await coreCall(app.page, 'lock.state', {});
    return reply.lock.idleS === IDLE_S && reply.lock.hiddenS === HIDDEN_S;
  }, 'the times are kept');
  await app.toList();
}

const isAt = (app, heading, limitMs = LOCK_MS_MAX) => until(async () => (await app.headingNow()) === heading, `the screen "${heading}"`, limitMs);
const typedNow = async (app) => (await app.locate({ role: 'textbox', name: words.incident.description })).evaluate((box) => box.value);

for (const kind of [CHROMIUM, FIREFOX]) {
  test(`${kind}: left alone it locks; nothing is seen, Back shows nothing, the PIN brings everything back`, async () => {
    await inApp({ kind, name: `idle-${kind}` }, async (run) => {
      const { app } = run;
      const canaries = newCanaries();
      await app.open();
      await app.makeVault({ pin: PIN });
      await shortTimes(app);
      const typed = await withForm(run, canaries);
      await isAt(app, words.pin.warmTitle);
      await assertNothingSeen(app.page, canaries, 'after the lock');
      assert.equal((await coreCall(app.page, 'case.list', { limit: 10 })).error?.code, 'warm-locked');
      const picture = await app.page.screenshot({ encoding: 'base64' });
      for (const move of ['goBack', 'goBack', 'goForward']) {
        await app.page[move]({ waitUntil: 'domcontentloaded' }).catch(() => undefined);
        assert.equal(await app.headingNow(), words.pin.warmTitle, move);
        await assertNothingSeen(app.page, canaries, move);
      }
      await app.page.goForward({ waitUntil: 'domcontentloaded' }).catch(() => undefined);
      assert.equal(await app.page.screenshot({ encoding: 'base64' }), picture, 'the same picture whatever screen was left');
      await app.enterPin('555555');
      await app.shows(words.pin.wrong.replace('{count}', '2'));
      await app.enterPin(PIN);
      await app.at(words.incident.title);
      assert.equal(await typedNow(app), typed);
      assertNoFault(run.browser.faults);
    });
  });

  test(`${kind}: three wrong PINs, and only the passphrase opens`, async () => {
    await inApp({ kind, name: `wrong-pin-${kind}` }, async (run) => {
      const { app } = run;
      const canaries = newCanaries();
      await app.open();
      const passphrase = await app.makeVault({ pin: PIN });
      const typed = await withForm(run, canaries);
      await app.driver.button(words.shell.hide);
      await app.at(words.hidden.title);
      await assertNothingSeen(app.page, canaries, 'hidden');
      await app.driver.button(words.hidden.open);
      await app.enterPin('1');
      await app.shows(words.pin.noPin);
      await app.enterPin('111111');
      await app.shows(words.pin.wrong.replace('{count}', '2'));
      if (kind === CHROMIUM) await checkScreen(app.page, 'gate-warm-wrong');
      await app.enterPin('222222');
      await app.shows(words.pin.wrongLast);
      await app.enterPin('333333');
      await app.at(words.unlock.title);
      await assertNothingSeen(app.page, canaries, 'cold');
      await app.unlock(passphrase);
      await app.at(words.incident.title);
      assert.equal(await typedNow(app), typed);
      assertNoFault(run.browser.faults);
    });
  });

  test(`${kind}: Shift three times hides at once`, async (t) => {
    await inApp({ kind, name: `hide-${kind}` }, async (run) => {
      const { app } = run;
      const canaries = newCanaries();
      await app.open();
      await app.makeVault({ pin: PIN });
      const typed = await withForm(run, canaries);
      /* From the third key coming up to the frame after the neutral page was drawn. */
      await app.page.evaluate((title) => {
        let pressedAt;
        let count = 0;
        addEventListener('keyup', (event) => {
          if (event.key === 'Shift' && (count += 1) === 3) pressedAt = event.timeStamp;
        }, { capture: true });
        new MutationObserver((_, observer) => {
          if (document.querySelector('h1')?.textContent.trim() !== title) return;
          observer.disconnect();
          const drawnAt = performance.now();
          requestAnimationFrame(() => requestAnimationFrame((shownAt) => { globalThis.hiding = { drawnMs: drawnAt - pressedAt, shownMs: shownAt - pressedAt }; }));
        }).observe(document.getElementById('app'), { childList: true, subtree: true });
      }, words.hidden.title);
      for (let i = 0; i < 3; i += 1) await app.page.keyboard.press('Shift');
      await app.at(words.hidden.title);
      await assertNothingSeen(app.page, canaries, 'hidden');
      const { drawnMs, shownMs } = await until(() => app.page.evaluate(() => globalThis.hiding), 'the time of hiding');
      t.diagnostic(`${kind}: neutral page drawn ${drawnMs.toFixed(1)} ms after the third key, second frame after it at ${shownMs.toFixed(1)} ms (to be within 100 ms)`);
      await app.driver.button(words.hidden.open);
      await app.enterPin(PIN);
      await app.at(words.incident.title);
      assert.equal(await typedNow(app), typed);
      assertNoFault(run.browser.faults);
    });
  });

  test(`${kind}: out of sight it is covered at once and locks`, async () => {
    await inApp({ kind, name: `sight-${kind}` }, async (run) => {
      const { app } = run;
      const canaries = newCanaries();
      await app.open();
      await app.makeVault({ pin: PIN });
      await shortTimes(app);
      await withForm(run, canaries);
      const other = await run.browser.openWindow();
      await other.bringToFront();
      await until(() => app.page.evaluate(() => document.visibilityState === 'hidden' && document.querySelector('.app-curtain') !== null && document.getElementById('app').inert), 'the page is out of sight and covered');
      assert.deepEqual(await app.page.evaluate(() => {
        const curtain = document.querySelector('.app-curtain');
        const { left, top, width, height } = curtain.getBoundingClientRect();
        const places = [[5, 5], [innerWidth / 2, innerHeight / 2], [innerWidth - 20, innerHeight - 5]];
        return { colour: getComputedStyle(curtain).backgroundColor, opacity: getComputedStyle(curtain).opacity, isWhole: left <= 0 && top <= 0 && width >= document.documentElement.clientWidth && height >= innerHeight,
          isOnTop: places.every(([x, y]) => document.elementFromPoint(x, y) === curtain) };
      }), { colour: 'rgb(255, 255, 255)', opacity: '1', isWhole: true, isOnTop: true });
      await until(async () => (await coreCall(app.page, 'lock.state', {})).reply.lock.state === 'warm', 'the core has locked', LOCK_MS_MAX);
      await app.page.bringToFront();
      await isAt(app, words.pin.warmTitle);
      await assertNothingSeen(app.page, canaries, 'seen again');
      await until(() => app.page.evaluate(() => document.querySelector('.app-curtain') === null), 'the curtain is lifted');
      await app.enterPin(PIN);
      await app.at(words.incident.title);
      assertNoFault(run.browser.faults);
    });
  });

  test(`${kind}: a sleep is noticed before anything is done with the page`, async () => {
    await inApp({ kind, name: `sleep-${kind}` }, async (run) => {
      const { app } = run;
      const canaries = newCanaries();
      await app.open();
      await app.makeVault({ pin: PIN });
      await shortTimes(app);
      await withForm(run, canaries);
      /* The time stopped is what is tested here: the browser cannot say when it is over. */
      run.browser.freeze();
      await new Promise((resolve) => setTimeout(resolve, (IDLE_S + 2) * 1000));
      run.browser.thaw();
      await isAt(app, words.pin.warmTitle);
      await assertNothingSeen(app.page, canaries, 'after the sleep');
      await app.enterPin(PIN);
      await app.at(words.incident.title);
      assertNoFault(run.browser.faults);
    });
  });

  test(`${kind}: from the page cache, and loaded again, only the passphrase opens`, async () => {
    await inApp({ kind, name: `cache-${kind}` }, async (run) => {
      const { app } = run;
      const canaries = newCanaries();
      await app.open();
      const passphrase = await app.makeVault({ pin: PIN });
      await withForm(run, canaries);
      /* A page of the origin without the app; the browser asks it for an icon. */
      await app.page.goto(`${run.origin}/healthz`);
      await app.page.goBack({ waitUntil: 'domcontentloaded' });
      await isAt(app, words.unlock.title);
      await assertNothingSeen(app.page, canaries, 'back from another page');
      await app.unlock(passphrase, { pin: PIN });
      await app.at(words.incident.title);
      /* A browser that keeps such a page says so with this event; whether it does is its own decision. */
      await app.page.evaluate(() => {
        dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }));
        dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }));
      });
      await isAt(app, words.unlock.title);
      await assertNothingSeen(app.page, canaries, 'out of the page cache');
      const { faults } = run.browser;
      assertNoFault({ ...faults, errors: faults.errors.filter((error) => !error.includes('/favicon.ico')) });
    });
  });
}

/** A wall clock that the test can move while the browser runs. */
function movableClock(folder) {
  const shim = path.join(folder, 'clock_shift.so');
  execFileSync('cc', ['-shared', '-fPIC', '-o', shim, fileURLToPath(new URL('../support/clock_shift.c', import.meta.url)), '-ldl']);
  const file = path.join(folder, 'clock_shift.bin');
  const handle = openSync(file, 'w+');
  ftruncateSync(handle, 8);
  return {
    env: { LD_PRELOAD: shim, CLOCK_SHIFT_FILE: file },
    set(seconds) {
      const bytes = Buffer.alloc(8);
      bytes.writeBigInt64LE(BigInt(seconds));
      writeSync(handle, bytes, 0, 8, 0);
    },
    close: () => closeSync(handle),
  };
}

for (const [name, shiftS, heading] of [
  ['set back an hour: only the passphrase opens', -3600, words.unlock.title],
  ['put forward three minutes: locked, the PIN opens', 180, words.pin.warmTitle],
  ['put forward an hour: only the passphrase opens', 3600, words.unlock.title],
]) {
  test(`the clock is ${name}`, async () => {
    await inApp({ kind: CHROMIUM, name: 'clock' }, async (run) => {
      await run.browser.kill();
      const clock = movableClock(run.home);
      try {
        await run.launch({ env: clock.env });
        const canaries = newCanaries();
        await run.app.open();
        await run.app.makeVault({ pin: PIN });
        await withForm(run, canaries);
        const before = await run.app.page.evaluate(() => Date.now());
        clock.set(shiftS);
        await isAt(run.app, heading);
        const moved = (await run.app.page.evaluate(() => Date.now())) - before;
        assert.ok(Math.abs(moved - shiftS * 1000) < 120_000, `the browser's clock moved by ${moved} ms`);
        await assertNothingSeen(run.app.page, canaries, 'after the clock moved');
        assertNoFault(run.browser.faults);
      } finally {
        clock.close();
      }
    });
  });
}
