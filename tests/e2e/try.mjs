import { Browser, CHROMIUM, makeHome, removeHome } from './support/browser.mjs';
import { Hub } from './support/hub.mjs';
import { App, words } from './support/app.mjs';
import { PointerDriver, KeyboardDriver, TouchDriver } from './support/drivers.mjs';
import { makeStory, readable } from './support/story.mjs';
import * as J from './support/journey.mjs';
const D = { p: PointerDriver, k: KeyboardDriver, t: TouchDriver }[process.argv[2] ?? 'p'];
const hub = await Hub.start(); const home = makeHome('try');
const b = await Browser.launch({ kind: CHROMIUM, home, origin: hub.origin });
const app = new App({ page: b.page, driver: new D(b.page), origin: hub.origin });
const story = makeStory(readable);
const t = (n) => console.log(n, Math.round(performance.now()));
try {
  await app.open(); t('open'); const phrase = await app.makeVault(); t('vault ' + phrase);
  await J.recordCase(app, story); t('case');
  await J.beginDash(app, story); await J.answerTopics(app, story, 0, 24); t('topics'); await J.finishDash(app, story); t('dash');
  await app.openCase(story.case.name); await app.driver.link(words.case.resultShow, { isPart: true }); await app.at(words.result.title); console.log(await J.criteriaOnScreen(app));
  await app.openCase(story.case.name); await J.makePlan(app, story); t('plan');
  await app.openCase(story.case.name); await J.makeReferral(app, story); t('referral');
  await app.checkStorage(); t('check'); await app.lock();
} catch (e) { console.log(e.stack.slice(0, 1800)); await b.page.screenshot({ path: '/tmp/e2e-try.png', fullPage: true }); }
console.log(b.faults); await b.kill(); await hub.stop(); removeHome(home);
