// From the passphrase sent to the list of cases painted, in the real app, less the time of the key derivation itself, and
// less the time in which the question for a PIN stands on the screen: that is the person's, here the driver's.
import { makeDevice } from '../tests/e2e/support/run.mjs';
import { coreCall } from '../tests/e2e/support/trace.mjs';
import { words } from '../tests/e2e/support/app.mjs';
import { until } from '../tests/e2e/support/until.mjs';
import { checklistsOf, freshId, TIME_MS } from './records.mjs';

/**
 * In the page before its scripts: from the press on "unlock" to the first frame with the question for a PIN, and from the
 * press on "go on without" to the first frame with the list.
 */
function watchUnlock({ listTitle, unlockButton, pinTitle, skipButton }) {
  const painted = [];
  globalThis.benchPainted = painted;
  const title = () => document.querySelector('h1')?.textContent.trim();
  const isAsked = () => title() === pinTitle;
  const isList = () => title() === listTitle && document.querySelector('main .app-cases a') !== null;
  let part = null;
  let spent = null;
  new BroadcastChannel('bench-kdf').onmessage = ({ data }) => {
    if (spent !== null) spent -= data;
  };
  const begin = (isDrawn, onDrawn) => {
    part = { start: performance.now(), isDrawn, onDrawn };
  };
  document.addEventListener('click', ({ target }) => {
    const pressed = target.closest('button')?.textContent.trim();
    if (pressed === unlockButton) {
      spent = 0;
      begin(isAsked, () => undefined);
    } else if (pressed === skipButton && spent !== null) {
      begin(isList, () => {
        painted.push(spent);
        spent = null;
      });
    }
  }, { capture: true });
  new MutationObserver(() => {
    if (part === null || !part.isDrawn()) return;
    const { start, onDrawn } = part;
    part = null;
    // The frame with it has been drawn when the task after the next frame runs.
    requestAnimationFrame(() => setTimeout(() => {
      spent += performance.now() - start;
      onDrawn();
    }, 0));
  }).observe(document, { subtree: true, childList: true, characterData: true });
}

async function fill(page, recordCount) {
  const demand = async (request) => {
    const answer = await coreCall(page, 'record.change', request);
    if (!answer.ok) throw new Error(JSON.stringify(answer.error));
  };
  let count = 0;
  const stamp = () => ({ mutationId: freshId(++count), timeMs: TIME_MS + count });
  const cases = new Set();
  for (const { caseId, recordId, values } of checklistsOf(recordCount)) {
    if (!cases.has(caseId)) {
      cases.add(caseId);
      const fields = { status: 'open', openedOn: '2026-09-21', areaProfile: 'AREA_NORTHMARSH', reference: `NM-${cases.size}` };
      await demand({ ...stamp(), caseId, recordId: caseId, type: 'case', changes: Object.entries(fields).map(([field, value]) => ({ field, value })) });
    }
    await demand({ ...stamp(), caseId, recordId, type: 'assessment', changes: values });
  }
}

/** Out: { unlock: [milliseconds] }. */
export async function measureUnlock({ kind, origin, recordCount, unlockCount }) {
  const device = makeDevice({ kind, name: 'bench', origin });
  try {
    const app = await device.launch();
    const { page } = device.browser;
    await page.evaluateOnNewDocument(watchUnlock, {
      listTitle: words.list.title, unlockButton: words.unlock.button, pinTitle: words.pin.chooseTitle, skipButton: words.pin.skip,
    });
    await app.open();
    const phrase = await app.makeVault();
    await fill(page, recordCount);
    await app.lock();
    const samples = [];
    for (let i = 0; i < unlockCount; i++) {
      await app.unlock(phrase);
      const { painted } = await until(() => page.evaluate((count) => globalThis.benchPainted.length > count
        && { painted: globalThis.benchPainted[count] }, i), 'the time of this unlock');
      samples.push(painted);
      await app.lock();
    }
    return { unlock: samples };
  } finally {
    await device.remove();
  }
}
