// The harness against a page that does everything wrong: what it must notice in the real app, it must notice here. In both
// browsers, so that the decoders are also proved on files that browsers wrote.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { after, before, test } from 'node:test';
import { Browser, CHROMIUM, FIREFOX, makeHome, removeHome } from './support/browser.mjs';
import { compileWords, makeCanaries, scanTree } from './support/canary.mjs';
import { readSessions } from './support/sessions.mjs';
import { assertAxe, assertReflow } from './support/a11y.mjs';
import { KeyboardDriver, TouchDriver } from './support/drivers.mjs';
import { until } from './support/until.mjs';

const schema = JSON.parse(readFileSync(new URL('../../core/domain/schema.json', import.meta.url), 'utf8'));

const PAGE = `<!doctype html><html lang="en"><title>Leaky</title><h1>Leaky</h1>
<form><label>Open text <input id="text"></label> <label>Long text <textarea id="long"></textarea></label>
<label>Choice <select id="choice"><option>one<option>two</select></label></form>
<form autocomplete="off"><label>Guarded <input id="guarded" autocomplete="off"></label></form><script src="/leak.js"></script>`;

/** Each function leaves a word in one place of the browser's own storage. */
const SCRIPT = `globalThis.leak = {
  database: (word) => new Promise((done, fail) => {
    const open = indexedDB.open('leaky');
    open.onupgradeneeded = () => open.result.createObjectStore('s');
    open.onerror = () => fail(open.error);
    open.onsuccess = () => {
      const change = open.result.transaction('s', 'readwrite', { durability: 'strict' });
      change.objectStore('s').put({ parts: Array(200).fill('filler that packs well '), word, again: word }, 'k');
      change.oncomplete = () => done(true);
    };
  }),
  cache: async (word) => { const cache = await caches.open('leaky'); await cache.put('/kept', new Response('filler '.repeat(500) + word)); return true; },
  title: (word) => { document.title = word; history.replaceState({ word }, '', '#' + word); },
};`;

let server;
let origin;

before(async () => {
  server = http.createServer((request, response) => {
    const isScript = request.url === '/leak.js';
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html; charset=utf-8');
    if (request.url === '/strict') response.setHeader('content-security-policy', "default-src 'none'; script-src 'self'");
    response.end(isScript ? SCRIPT : PAGE);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://localhost:${server.address().port}`;
});

after(() => server.closeAllConnections() ?? server.close());

/** Opens a page in a fresh profile, lets `act` misuse it, kills the browser, and gives what `look` finds. */
async function inBrowser(kind, act) {
  const home = makeHome('selftest');
  let browser;
  try {
    browser = await Browser.launch({ kind, home, origin });
    await act(browser, home);
  } finally {
    await browser?.kill();
    removeHome(home);
  }
}

for (const kind of [CHROMIUM, FIREFOX]) {
  const canaries = makeCanaries(schema);
  const wordOf = (name) => canaries.of(name);

  test(`${kind}: what a page leaves behind is found in the killed profile, place by place`, async () => {
    await inBrowser(kind, async (browser, home) => {
      const { page } = browser;
      await page.goto(`${origin}/`);
      await page.type('#text', wordOf('person.name'));
      await page.type('#long', wordOf('incident.description'));
      await page.type('#guarded', wordOf('person.phone'));
      await page.select('#choice', 'two');
      await page.evaluate((word) => globalThis.leak.database(word), wordOf('person.doctor'));
      await page.evaluate((word) => globalThis.leak.cache(word), wordOf('person.school'));
      await page.evaluate((word) => globalThis.leak.title(word), wordOf('person.aliases'));
      // The browser may write the file in the middle of the typing, so the words typed last are waited for.
      const sessionWords = [wordOf('person.name'), wordOf('incident.description')];
      await until(() => {
        const forms = JSON.stringify(readSessions(kind, home, origin).map((session) => session.formData));
        return sessionWords.every((word) => forms.includes(word));
      }, 'the session file holds the form');
      await browser.kill();

      const names = ['person.name', 'incident.description', 'person.doctor', 'person.school', 'person.aliases', 'person.phone', 'person.occupation'];
      const { hits, unread, bytes } = scanTree(home, compileWords(names.map((name) => canaries.byField.get(name))));
      const found = (name) => hits.filter((hit) => hit.word === canaries.byField.get(name));
      assert.match(found('person.name').map((hit) => hit.file).join(' '), /[sS]ession/, 'typed text');
      assert.match(found('incident.description').map((hit) => hit.file).join(' '), /[sS]ession/, 'typed long text');
      assert.ok(found('person.doctor').length > 0, 'IndexedDB');
      assert.ok(found('person.school').length > 0, 'Cache API');
      assert.ok(found('person.aliases').length > 0, 'title and address');
      assert.deepEqual(found('person.phone'), [], 'a control with autocomplete=off is not kept');
      assert.deepEqual(found('person.occupation'), [], 'a word that was never typed');
      assert.deepEqual(unread, []);
      assert.ok(bytes > 1_000_000, 'the profile was scanned');
    });
  });

  test(`${kind}: a violated policy, an error and a request to another origin are noticed`, async () => {
    await inBrowser(kind, async (browser) => {
      const { page, faults } = browser;
      await page.goto(`${origin}/`);
      assert.deepEqual({ violations: faults.violations, errors: faults.errors, foreign: faults.foreign }, { violations: [], errors: [], foreign: [] });
      await page.evaluate(() => new Promise((done) => { const image = new Image(); image.onerror = done; image.src = 'http://elsewhere.invalid/pixel'; }));
      await until(() => faults.foreign.includes('http://elsewhere.invalid/pixel'), 'the foreign request is listed');
      await page.goto(`${origin}/strict`);
      await page.evaluate(() => { const image = new Image(); image.src = '/pixel'; document.body.append(image); });
      await until(() => faults.violations.some((text) => text.includes('img-src')), 'the violation is listed');
      await page.evaluate(() => { setTimeout(() => { throw new Error('planted'); }, 0); });
      await until(() => faults.errors.some((text) => text.includes('planted')), 'the error is listed');
    });
  });
}

/** Each page has one fault; the check named must see it, and must pass the page without it. */
const GOOD = '<main><h1>Page</h1><p>Text</p><button style="min-height:44px">Press</button></main>';
const BAD = [
  ['axe: a picture without a text', '<main><h1>Page</h1><img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=" width="9" height="9"></main>', (page) => assertAxe(page, 'page')],
  ['axe: grey text on white', '<main><h1>Page</h1><p style="color:#bbb">Text</p></main>', (page) => assertAxe(page, 'page')],
  ['reflow: a box wider than the page', '<main><h1>Page</h1><div style="width:500px">Text</div></main>', (page) => assertReflow(page, 'page')],
  ['reflow: text that is cut off', '<main><h1>Page</h1><div style="width:90px;overflow:hidden;white-space:nowrap">Text that does not fit in there</div></main>', (page) => assertReflow(page, 'page')],
  ['reflow: a word of a button on two lines', '<main><h1>Page</h1><button style="width:44px;overflow-wrap:break-word">Lock</button><style>button{font-size:30px}</style></main>', (page) => assertReflow(page, 'page')],
  ['reflow: a bar over most of the window', '<main><h1>Page</h1><div style="position:sticky;top:0;height:200px">Bar</div></main>', (page) => assertReflow(page, 'page')],
  ['keyboard: focus that cannot be seen', '<style>button:focus{outline:none}</style><main><h1>Page</h1><button>One</button><button>Two</button></main>', (page) => new KeyboardDriver(page).walk()],
  ['keyboard: a control that is never reached', '<main><h1>Page</h1><button>One</button><button tabindex="-1">Two</button></main>', (page) => new KeyboardDriver(page).walk()],
  ['keyboard: focus behind a bar', '<main><h1>Page</h1><div style="position:fixed;top:0;left:0;right:0;height:300px;background:#fff">Bar</div><button>One</button><button>Two</button></main>', (page) => new KeyboardDriver(page).walk()],
  ['touch: a target that is too small', '<main><h1>Page</h1><button style="height:20px">Press</button></main>', (page) => new TouchDriver(page).button('Press')],
  ['touch: a target behind something', '<main><h1>Page</h1><button style="min-height:44px">Press</button><div style="position:fixed;inset:0"></div></main>', (page) => new TouchDriver(page).button('Press')],
];

test('each check of a screen sees its fault, and passes a screen without it', async (t) => {
  await inBrowser(CHROMIUM, async ({ page }) => {
    const show = async (name, body) => {
      // A change of hasTouch loads the page anew, so it stays as it is through one check.
      await page.setViewport({ width: 1280, height: 900, hasTouch: name.startsWith('touch') });
      await page.goto(`${origin}/`);
      await page.evaluate((html) => { document.documentElement.lang = 'en'; document.title = 'Page'; document.body.innerHTML = html; }, body);
    };
    for (const [name, body, check] of BAD) {
      await t.test(name, async () => {
        await show(name, body);
        await assert.rejects(async () => check(page), undefined, 'the fault was not seen');
        await show(name, GOOD);
        await check(page);
      });
    }
  });
});

test('the session decoders read both formats and refuse others', async () => {
  assert.deepEqual(readSessions(FIREFOX, '/nowhere', 'http://localhost'), []);
  assert.deepEqual(readSessions(CHROMIUM, '/nowhere', 'http://localhost'), []);
});
