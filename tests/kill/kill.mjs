// Kills a real browser at random moments while answers are being given, opens the same profile again and compares.
//
//   node tests/kill/kill.mjs --browser chromium|firefox [--kills N] [--from-seed S] [--early]
//
// Exit 0 when everything that the page had shown as saved was there, whole, and vault.check was good, each time. --early: a page that
// shows an answer as saved before the worker has answered; then something must be found lost, and exit 0 says that it was.
// README.md says what this does not test.
import { closeSync, openSync, readdirSync, readSync, statSync, watch } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';

import { Browser, CHROMIUM, FIREFOX, makeHome, removeHome } from '../e2e/support/browser.mjs';
import { buildClientPage } from '../e2e/support/client-page.mjs';
import { Hub } from '../e2e/support/hub.mjs';
import { until } from '../e2e/support/until.mjs';
import { Model, placeOf, randomOf, textOfVault } from './answers.mjs';

const KINDS = { chromium: CHROMIUM, firefox: FIREFOX };
/** A new vault and profile after so many kills: its check rebuilds every table and grows with it. */
const KILLS_PER_VAULT = 10;
/** Answers the page may have shown without our seeing it before it was killed, and those under way. */
const UNSEEN_MAX = 400;
/** Where a profile keeps the files of the origin. */
const STORAGE = { [CHROMIUM]: ['Default/File System'], [FIREFOX]: ['storage/default'] };

class Lost extends Error {}

/** The browser in one life: what it has shown, and how the log moved. */
class Life {
  shown = 0;
  logBytes = 0;
  checkpoints = 0;
  refused = null;

  constructor(browser) {
    this.browser = browser;
    browser.page.on('console', (message) => this.#hear(message.text()));
  }

  #hear(text) {
    const [word, number] = text.split(' ');
    if (word === 'shown') this.shown = Math.max(this.shown, Number(number) + 1);
    if (word === 'refused') this.refused = text;
    if (word === 'log') {
      if (Number(number) < this.logBytes) this.checkpoints++;
      this.logBytes = Number(number);
    }
  }

  ask(method, ...values) {
    return this.browser.page.evaluate((name, list) => globalThis.kill[name](...list), method, values);
  }
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** How each file of a vault begins, but for the page file, which is sealed from its first byte. */
const PAGE_SIZE_BYTES = 4096;
const STAMPS = { superblock: 'FKSUPER\n', log: 'FKLOGHD\n', keys: 'FKKEYS\r\n', tries: 'FKTRIES\n' };

function stampOf(file) {
  const head = Buffer.alloc(8);
  const handle = openSync(file);
  readSync(handle, head, 0, head.byteLength, 0);
  closeSync(handle);
  return Object.keys(STAMPS).find((name) => STAMPS[name] === head.toString('latin1'));
}

/**
 * The files of the vault as the profile keeps them, looked at from outside. A checkpoint writes the page file, then the other log,
 * then a superblock; nothing else writes the page file.
 */
class VaultFiles {
  #files;

  constructor({ kind, home }) {
    const folders = STORAGE[kind].map((name) => path.join(home, 'profile', name));
    this.#files = folders.flatMap((folder) => readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath ?? entry.path, entry.name)))
      .filter((file) => !/sqlite|leveldb|metadata|Paths|Origins/.test(file));
  }

  checkpointBegins() {
    return new Promise((resolve) => {
      const watchers = this.#of(undefined).map((file) => watch(file, () => {
        watchers.forEach((watcher) => watcher.close());
        resolve();
      }));
    });
  }

  /** After the kill: the page file was written later than any superblock. Within one tick of the file system's clock it cannot be told. */
  get isCheckpointOpen() {
    const newest = (files) => files.map((file) => statSync(file, { bigint: true }))
      .reduce((time, { size, mtimeNs }) => (size > 0n && mtimeNs > time ? mtimeNs : time), 0n);
    return newest(this.#of(undefined)) > newest(this.#of('superblock'));
  }

  /** With undefined the page file, which has whole pages, and what is still empty. */
  #of(stamp) {
    return this.#files.filter((file) => stampOf(file) === stamp && (stamp !== undefined || statSync(file).size % PAGE_SIZE_BYTES === 0));
  }
}

/** About as long as a checkpoint takes. Timers are too coarse to hit a part of it. */
const CHECKPOINT_MS = 12;

/** Moments are spread: anywhere among the answers, in a checkpoint, or while the vault is being opened. */
const MOMENTS = [
  async (life, start, random) => {
    await until(() => life.shown > start || life.refused, 'an answer is shown');
    await pause(random(1200));
  },
  async (life, start, random) => {
    await Promise.race([life.files.checkpointBegins(), until(() => life.refused, 'a checkpoint')]);
    const end = performance.now() + random(CHECKPOINT_MS);
    while (performance.now() < end);
  },
];
const WHILE_OPENING = 10; // one kill in so many comes while the vault is being opened

class Run {
  counts = { kills: 0, opening: 0, acknowledged: 0, torn: 0, interrupted: 0, finished: 0, checkpoints: 0, lost: 0 };

  constructor({ kind, origin, isEarly }) {
    Object.assign(this, { kind, origin, isEarly });
  }

  async #launch(home) {
    const browser = await Browser.launch({ kind: this.kind, home, origin: this.origin });
    this.browser = browser;
    const life = new Life(browser);
    await browser.page.goto(`${this.origin}/`);
    await until(() => browser.page.evaluate(() => globalThis.kill !== undefined), 'the page is there');
    const start = await life.ask('start');
    if (start.kind !== 'ready') throw new Lost(`the vault cannot be opened: ${JSON.stringify(start)}`);
    return { life, state: start.state };
  }

  async #open(home, random) {
    let { life, state } = await this.#launch(home);
    if (state === 'none') {
      const created = await life.ask('create');
      if (!created.ok) throw new Error(`no vault: ${JSON.stringify(created)}`);
      return life;
    }
    if (random(WHILE_OPENING) === 0) {
      void life.ask('unlock').catch(() => undefined);
      await pause(random(700));
      await this.browser.kill();
      this.counts.opening++;
      ({ life } = await this.#launch(home));
    }
    const unlocked = await life.ask('unlock');
    if (!unlocked.ok) throw new Lost(`the vault does not open: ${JSON.stringify(unlocked)}`);
    this.counts.torn += unlocked.reply.tornTail ? 1 : 0;
    this.counts.finished += unlocked.reply.finishedCheckpoint ? 1 : 0;
    return life;
  }

  /** The vault holds exactly what some number of commands made, at least those shown. Out: that number. */
  async #compare(life, seed, shown) {
    const check = await life.ask('check');
    if (!check.ok || !check.reply.pagesGood || !check.reply.rebuiltEqual) throw new Lost(`the check found ${JSON.stringify(check)}`);
    const vault = await life.ask('readVault');
    if (vault.records === undefined) throw new Lost(`the vault cannot be read: ${JSON.stringify(vault)}`);
    const text = textOfVault(vault);
    const count = placeOf(text, new Model(seed), shown, UNSEEN_MAX);
    if (count === null) throw new Lost(`${shown} answers were shown as saved; the vault holds something else: ${text.slice(0, 2000)}`);
    return count;
  }

  /** One vault and profile: opened, killed, opened and compared, so many times. */
  async vault(seed, kills) {
    const home = makeHome('kill');
    const random = randomOf(seed);
    let count = 0;
    try {
      for (let kill = 0; kill <= kills; kill++) {
        const life = await this.#open(home, random);
        count = await this.#compare(life, seed, count);
        if (kill < kills) count = await this.#killAmongAnswers(life, seed, count, random);
      }
    } finally {
      await this.browser?.kill();
      removeHome(home);
    }
  }

  /** Out: how many were shown in the end. */
  async #killAmongAnswers(life, seed, count, random) {
    life.files = new VaultFiles(this.browser);
    await life.ask('giveAnswers', seed, count, this.isEarly);
    await MOMENTS[random(MOMENTS.length)](life, count, random);
    if (life.refused) throw new Lost(`an answer was ${life.refused}`);
    const shown = Math.max(life.shown, count);
    await this.browser.kill();
    this.counts.kills++;
    this.counts.interrupted += life.files.isCheckpointOpen ? 1 : 0;
    this.counts.acknowledged += shown - count;
    this.counts.checkpoints += life.checkpoints;
    return shown;
  }
}

async function main() {
  const { values } = parseArgs({ options: {
    browser: { type: 'string', default: 'chromium' }, kills: { type: 'string', default: '20' },
    'from-seed': { type: 'string', default: '1' }, early: { type: 'boolean', default: false },
  } });
  const kind = KINDS[values.browser];
  const kills = Number(values.kills);
  const first = Number(values['from-seed']);
  if (kind === undefined || !(kills > 0) || !Number.isInteger(first)) throw new Error('--browser chromium|firefox --kills N --from-seed S');
  const hub = await Hub.start(await buildClientPage(`kill-${values.browser}${values.early ? '-early' : ''}`, 'tests/kill/page-entry.mjs'));
  const run = new Run({ kind, origin: hub.origin, isEarly: values.early });
  let seed = first;
  try {
    for (let left = kills; left > 0; left -= KILLS_PER_VAULT, seed++) await run.vault(seed, Math.min(left, KILLS_PER_VAULT));
  } catch (error) {
    if (!(error instanceof Lost)) throw error;
    run.counts.lost = 1;
    console.log(`kill ${values.browser}: seed ${seed}: ${error.message}`);
  } finally {
    await hub.stop();
  }
  const { counts } = run;
  console.log(`kill ${values.browser}: ${counts.kills} kills among answers and ${counts.opening} while opening, seeds from ${first}, ${counts.acknowledged} answers shown as saved, `
    + `lost: ${counts.lost}, ${counts.torn} torn tails told, ${counts.interrupted} checkpoints interrupted (${counts.finished} finished at opening), ${counts.checkpoints} undisturbed`);
  process.exitCode = (counts.lost > 0) === values.early ? 0 : 1;
}

await main();
