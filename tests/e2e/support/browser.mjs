// Real browsers on real profiles. A run launches Chromium or Firefox with everything it may write under one folder, kills it as
// a power cut would, opens it again on the same folder, and keeps what went wrong: violations of the content security policy,
// errors, and requests that left the app's origin.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import puppeteer from 'puppeteer-core';
import { until } from './until.mjs';

export const CHROMIUM = 'chrome';
export const FIREFOX = 'firefox';
const EXECUTABLES = { [CHROMIUM]: '/usr/bin/chromium', [FIREFOX]: '/usr/bin/firefox-esr' };
const CSP_PREFIX = 'content-security-policy-violation';

// The sandbox cannot start for root, which test machines often are; every other setting is what a person has.
const CHROMIUM_ARGS = [...(process.getuid() === 0 ? ['--no-sandbox'] : []), '--disable-component-update', '--lang=en-GB'];
// Session files are written sooner, so that a test does not wait 15 seconds for each; what is in them does not change.
const FIREFOX_PREFS = { 'browser.sessionstore.interval': 500, 'browser.sessionstore.interval.idle': 500, 'intl.locale.requested': 'en-GB' };

/** Firefox over WebDriver BiDi knows containers, no private windows; this setting makes every window one. */
const FIREFOX_PRIVATE = { 'browser.privatebrowsing.autostart': true };

/** puppeteer puts a Firefox profile's own settings aside, and back when the process has ended; a launch before that would fail. */
const SETTINGS_PUT_ASIDE = ['user.js.puppeteer', 'prefs.js.puppeteer'];

/** Sizes of the devices the app is used on, in CSS pixels. */
export const DESKTOP = { width: 1280, height: 900 };
export const PHONE = { width: 360, height: 780, isMobile: true, hasTouch: true, deviceScaleFactor: 2 };

/** A folder that holds the profile and everything else a browser writes: home, temporary files, caches. */
export function makeHome(name) {
  const home = mkdtempSync(path.join(os.tmpdir(), `fieldkit-e2e-${name}-`));
  for (const part of ['profile', 'tmp', 'config', 'cache', 'data']) mkdirSync(path.join(home, part));
  return home;
}

export const removeHome = (home) => rmSync(home, { recursive: true, force: true, maxRetries: 5 });

/** Process ids of a process group, read from /proc. */
function groupMembers(groupId) {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).filter((pid) => {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      const [state, , group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return Number(group) === groupId && state !== 'Z';
    } catch {
      return false;
    }
  });
}

function environment(home) {
  return {
    ...process.env, HOME: home, TMPDIR: path.join(home, 'tmp'), XDG_CONFIG_HOME: path.join(home, 'config'),
    XDG_CACHE_HOME: path.join(home, 'cache'), XDG_DATA_HOME: path.join(home, 'data'), TZ: 'Europe/London', LANG: 'en_GB.UTF-8',
  };
}

/** Runs in every document before its own scripts: violations reach the console, where the run collects them. */
function reportViolations(prefix) {
  globalThis.addEventListener('securitypolicyviolation', (event) => {
    console.error(`${prefix}: ${event.violatedDirective} blocked ${event.blockedURI || 'inline'} at ${event.sourceFile}:${event.lineNumber} ${event.sample}`);
  });
}

/** The window Firefox starts with never has the focus, so nothing in it matches :focus; one that is opened has. */
async function firstPage(kind, context, isOwnContext) {
  if (isOwnContext) return context.newPage();
  const [first] = await context.pages();
  if (kind === CHROMIUM) return first;
  const page = await context.newPage();
  await first.close();
  return page;
}

/** One browser process. `faults` lives on over kill and reopen when handed on. */
export class Browser {
  #browser;
  #process;
  #origin;
  faults;

  /**
   * In: kind, home of makeHome, origin of the app, viewport, faults of an earlier run on the same profile,
   * `isPrivate` for a context without a profile (private browsing), more arguments for Chromium, more for the environment.
   * Out: a run with one open, empty page.
   */
  static async launch({ kind, home, origin, viewport = DESKTOP, faults, isPrivate = false, args = [], env = {} }) {
    const run = new Browser();
    run.kind = kind;
    run.home = home;
    run.#origin = origin;
    run.faults = faults ?? { violations: [], errors: [], foreign: [], requests: 0 };
    run.#browser = await puppeteer.launch({
      browser: kind,
      executablePath: EXECUTABLES[kind],
      userDataDir: path.join(home, 'profile'),
      headless: true,
      args: kind === CHROMIUM ? [...CHROMIUM_ARGS, ...args] : [],
      extraPrefsFirefox: isPrivate ? { ...FIREFOX_PREFS, ...FIREFOX_PRIVATE } : FIREFOX_PREFS,
      env: { ...environment(home), ...env },
      defaultViewport: null,
      protocolTimeout: 120_000,
    });
    run.#process = run.#browser.process();
    if (kind === CHROMIUM) run.#browser.on('targetcreated', (target) => run.#watchTarget(target));
    const isOwnContext = isPrivate && kind === CHROMIUM;
    const context = isOwnContext ? await run.#browser.createBrowserContext() : run.#browser.defaultBrowserContext();
    run.page = await firstPage(kind, context, isOwnContext);
    run.context = context;
    await run.#prepare(run.page, viewport);
    return run;
  }

  /** A second window on the same profile. */
  async openWindow(viewport = DESKTOP) {
    const page = await this.context.newPage();
    await this.#prepare(page, viewport);
    return page;
  }

  async #prepare(page, viewport) {
    await page.setViewport(viewport);
    await page.evaluateOnNewDocument(reportViolations, CSP_PREFIX);
    page.on('console', (message) => this.#sort(message));
    page.on('pageerror', (error) => this.faults.errors.push(`page error: ${error.stack ?? error.message}`));
    page.on('error', (error) => this.faults.errors.push(`page crashed: ${error.message}`));
    page.on('request', (request) => this.#request(request.url()));
    if (this.kind === CHROMIUM) await this.#watchIssues(page);
    page.setDefaultTimeout(30_000);
  }

  #sort(message) {
    const text = message.text();
    if (text.startsWith(CSP_PREFIX) || /Content[- ]Security[- ]Policy/i.test(text)) this.faults.violations.push(text);
    else if (message.type() === 'error') this.#error(text, message.location()?.url);
  }

  /** A browser reports each failed load as an error; with the server gone on purpose that is no fault of the app. */
  #error(text, url) {
    if (this.isOffline && /Failed to load resource|ERR_CONNECTION_REFUSED|ERR_INTERNET_DISCONNECTED/.test(text)) return;
    this.faults.errors.push(url ? `${text} (${url})` : text);
  }

  #request(url) {
    this.faults.requests++;
    const isOwn = url.startsWith(`${this.#origin}/`) || /^(blob|data|about):/.test(url) || /^(chrome|resource|moz-extension):/.test(url);
    if (!isOwn) this.faults.foreign.push(url);
  }

  /** Chromium lists violations of workers too among its issues. */
  async #watchIssues(page) {
    const session = await page.createCDPSession();
    session.on('Audits.issueAdded', ({ issue }) => {
      const details = issue.details.contentSecurityPolicyIssueDetails;
      if (details !== undefined && !details.isReportOnly) this.faults.violations.push(`issue: ${details.violatedDirective} ${details.blockedURL ?? details.contentSecurityPolicyViolationType}`);
    });
    await session.send('Audits.enable');
  }

  /** Service and shared workers speak for themselves: the page sees none of their requests. */
  async #watchTarget(target) {
    if (!['service_worker', 'shared_worker'].includes(target.type())) return;
    try {
      const session = await target.createCDPSession();
      session.on('Network.requestWillBeSent', ({ request }) => this.#request(request.url));
      session.on('Runtime.exceptionThrown', ({ exceptionDetails }) => this.faults.errors.push(`service worker: ${exceptionDetails.exception?.description ?? exceptionDetails.text}`));
      session.on('Log.entryAdded', ({ entry }) => {
        if (entry.source === 'security') this.faults.violations.push(`service worker: ${entry.text}`);
      });
      await Promise.all(['Network.enable', 'Runtime.enable', 'Log.enable'].map((name) => session.send(name)));
    } catch (error) {
      // A worker may end between its announcement and the call; anything else is a fault of the harness.
      if (!/closed|No target|detached/i.test(error.message)) throw error;
    }
  }

  /** Own CDP session of the page, for what puppeteer has no call for. Chromium only. */
  cdp() {
    return this.page.createCDPSession();
  }

  /** Empties the HTTP cache, so that what is still there comes from the service worker's own store. */
  async clearHttpCache() {
    if (this.kind !== CHROMIUM) throw new Error('Firefox: delete the cache of the killed profile with clearCacheOnDisk');
    const session = await this.cdp();
    await session.send('Network.clearBrowserCache');
    await session.detach();
  }

  /** Lets go of the page and takes hold of it again: nothing that a test looked at is kept alive by it. Chromium only. */
  async reattach() {
    const browserWSEndpoint = this.#browser.wsEndpoint();
    await this.#browser.disconnect();
    this.#browser = await puppeteer.connect({ browserWSEndpoint, defaultViewport: null, protocolTimeout: 120_000 });
    this.context = this.#browser.defaultBrowserContext();
    this.page = (await this.#browser.pages()).find((page) => page.url().startsWith(this.#origin));
    return this.page;
  }

  /** Every process of the browser stands still, as in a device that sleeps with its clocks going on. */
  freeze() {
    process.kill(-this.#process.pid, 'SIGSTOP');
  }

  thaw() {
    process.kill(-this.#process.pid, 'SIGCONT');
  }

  /** Kills every process of the browser at once and waits until none is left. Nothing is flushed or closed. May be repeated. */
  async kill() {
    const process_ = this.#process;
    const ended = process_.exitCode !== null || process_.signalCode !== null
      ? Promise.resolve()
      : new Promise((resolve) => process_.once('exit', resolve));
    try {
      process.kill(-process_.pid, 'SIGKILL');
    } catch (error) {
      if (error.code !== 'ESRCH') throw error;
    }
    await ended;
    await until(() => groupMembers(process_.pid).length === 0, 'the browser processes are gone', 10_000);
    await until(() => !SETTINGS_PUT_ASIDE.some((name) => existsSync(path.join(this.home, 'profile', name))), 'the settings of the profile are put back');
  }
}

/** Firefox keeps its HTTP cache in the profile; deleting it from a killed profile leaves storage and service workers alone. */
export function clearCacheOnDisk(home) {
  for (const folder of ['profile/cache2', 'profile/startupCache', 'cache/mozilla']) {
    rmSync(path.join(home, folder), { recursive: true, force: true });
  }
}
