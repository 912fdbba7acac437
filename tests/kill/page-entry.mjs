// A page that gives answers without a pause and shows each as saved when the worker has answered, and not before. What it shows it
// says on the console too, which is how the program outside sees the screen up to the moment it kills the browser.
import { CoreClient } from '../../web/src/core-client/core-client.ts';
import { CASE, Model, PASSPHRASE } from './answers.mjs';

/** As many commands are under way at once: a person types on while the last answer is being written. */
const UNDER_WAY_MAX = 3;
const SHOWN_LINES_MAX = 50;
const ASK_STORAGE_EVERY = 8;

const client = new CoreClient();
const list = document.body.appendChild(document.createElement('ol'));

function show(n) {
  const line = list.appendChild(document.createElement('li'));
  line.textContent = `Answer ${n} is saved on this device`;
  if (list.childElementCount > SHOWN_LINES_MAX) list.firstElementChild.remove();
  console.info(`shown ${n}`);
}

async function give(n, { command, request }, isEarly) {
  const answered = client.call(command, request);
  if (isEarly) show(n); // the planted fault: shown before the worker has answered
  const answer = await answered;
  if (!answer.ok) console.info(`refused ${n} ${command} ${answer.error.code} ${answer.error.detail}`);
  else if (!isEarly) show(n);
  return answer.ok;
}

/** Goes on from the state after `count` commands until the browser is killed. */
async function giveAnswers(seed, count, isEarly) {
  const model = new Model(seed);
  while (model.count < count) model.advance();
  const underWay = new Set();
  for (;;) {
    const n = model.count;
    const given = give(n, model.next(), isEarly).then((isGood) => {
      underWay.delete(given);
      return isGood;
    });
    underWay.add(given);
    model.advance();
    if (n % ASK_STORAGE_EVERY === 0) void client.call('vault.storage', {}).then(({ reply }) => console.info(`log ${reply.logBytes}`));
    if (underWay.size >= UNDER_WAY_MAX && !(await Promise.race(underWay))) return;
  }
}

async function readVault() {
  const records = [];
  const drafts = [];
  let after;
  do {
    const answer = await client.call('case.get', { caseId: CASE, ...(after && { after }) });
    if (!answer.ok) return answer.error.code === 'not-found' ? { records, drafts } : answer;
    records.push(...answer.reply.records);
    drafts.push(...answer.reply.drafts);
    after = answer.reply.next;
  } while (after !== undefined);
  return { records, drafts };
}

globalThis.kill = {
  start: () => client.start(),
  create: () => client.createVault(PASSPHRASE, { label: 'Notebook 1', isPractice: false, isWiped: false }),
  unlock: () => client.unlock(PASSPHRASE),
  check: () => client.call('vault.check', {}),
  readVault,
  giveAnswers: (...values) => void giveAnswers(...values),
};
