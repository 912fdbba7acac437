// The app as a person works it: one method for each thing somebody does, in the words on screen. The words come from the app's own
// catalogue and content, so that a changed label is changed here by itself and a moved control is mended in this file alone.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { importWebModules } from '../../support/web-modules.mjs';
import { isThere, locate } from './dom.mjs';
import { until } from './until.mjs';

export const { words, fill, ROUTES, routeOf, hashOf, stepId, fieldStep } = await importWebModules('web/src/app/words.en.ts', 'web/src/state/routes.ts', 'web/src/state/conflicts.ts');

const contentOf = (name) => JSON.parse(readFileSync(new URL(`../../../core/content/${name}.json`, import.meta.url), 'utf8'));
const choices = contentOf('choices').choices;
const areas = contentOf('areas').areas;
const plan = contentOf('safety-plan');
const referral = contentOf('referral');
export const errors = contentOf('errors');
export const emergency = contentOf('emergency');
const dash = contentOf('dash-adult');

/** Topics of the checklist in their order: id, number and text. */
export const TOPICS = dash.item.flatMap((group) => group.item.map(({ linkId, prefix, text }) => ({ id: linkId, number: prefix, text })));

export const label = (choice, value) => choices[choice][value];
const planLabel = (field) => plan.header.find((each) => each.field === field).label;
const itemLabel = (field) => plan.itemFields.find((each) => each.field === field).label;
const referralLabel = (field) => referral.sections.flatMap((section) => section.fields).find((each) => each.from?.record === 'referral' && each.from.field === field).label;
const areaTitle = (id) => areas.find((area) => area.id === id).title;

export class App {
  /** In: the page, a driver on it, the origin. */
  constructor({ page, driver, origin }) {
    this.page = page;
    this.driver = driver;
    this.origin = origin;
  }

  async open() {
    await this.page.goto(`${this.origin}/`, { waitUntil: 'domcontentloaded' });
    await this.started();
  }

  async reload() {
    await this.page.reload({ waitUntil: 'domcontentloaded' });
    await this.started();
  }

  /** Waits until the app has decided what it can do. */
  async started() {
    await until(async () => ![undefined, words.starting.title].includes(await this.headingNow()), 'the app has started');
  }

  async headingNow() {
    return this.page.evaluate(() => {
      const heading = document.querySelector('h1');
      if (heading === null) return undefined;
      const caption = heading.querySelector('.govuk-caption-l');
      return (caption === null ? heading.textContent : heading.textContent.replace(caption.textContent, '')).replace(/\s+/g, ' ').trim();
    });
  }

  /** Waits for the screen with this heading; it has the focus, as every screen must give it. */
  async at(heading) {
    await until(async () => (await this.headingNow()) === heading, `the screen "${heading}"`, 20_000).catch(async (error) => {
      throw new Error(`${error.message}; it is "${await this.headingNow()}": ${(await this.text()).slice(0, 600)}`);
    });
  }

  text() {
    return this.page.evaluate(() => document.body.innerText);
  }

  async shows(...texts) {
    for (const text of texts) {
      await until(async () => (await this.text()).includes(text), `"${text}" on screen`, 15_000).catch(async (error) => {
        throw new Error(`${error.message} on "${await this.headingNow()}": ${(await this.text()).slice(0, 1500)}`);
      });
    }
  }

  /** The service worker holds the whole app, so that the server may go. */
  async isCached() {
    await until(() => this.page.evaluate(async () => (await navigator.serviceWorker.getRegistration())?.active?.state === 'activated'), 'the service worker is active');
  }

  route() {
    return routeOf(new URL(this.page.url()).hash);
  }

  /** Goes to an address, as by a bookmark. The screen before stays until the next is there as a whole and has taken the focus. */
  async visit(hash) {
    const isElsewhere = await this.page.evaluate((to) => {
      if (location.hash === to) return false;
      document.activeElement?.blur();
      location.hash = to;
      return true;
    }, hash);
    const hasFocus = () => this.page.evaluate(() => ['page-heading', 'error-summary'].includes(document.activeElement?.id));
    await until(async () => ![words.shell.loading, undefined].includes(await this.headingNow()) && (!isElsewhere || (await hasFocus())), `the screen at ${hash}`);
  }

  /* --- vault --- */

  /** What comes after the passphrase: a PIN for this session, or none. */
  async choosePin(pin) {
    await this.at(words.pin.chooseTitle);
    if (pin === undefined) {
      await this.driver.button(words.pin.skip);
    } else {
      await this.driver.fill(words.pin.chooseLabel, pin);
      await this.driver.button(words.pin.choose);
    }
    await until(async () => ![words.pin.chooseTitle, words.shell.loading].includes(await this.headingNow()), 'the first screen is there');
  }

  /** Enters the PIN behind a warm lock. */
  async enterPin(pin) {
    await this.at(words.pin.warmTitle);
    await this.driver.fill(words.pin.label, pin);
    await this.driver.button(words.pin.open);
  }

  /** The first page of making a vault, answered. Without a label the proposed one stays. */
  async nameVault({ label, isWiped = false, isPractice = false } = {}) {
    const { driver } = this;
    await this.at(words.welcome.title);
    await driver.button(isPractice ? words.vaults.practiceStart : words.welcome.start);
    await this.at(words.vaults.nameTitle);
    if (label !== undefined) await driver.fill(words.vaults.label, label);
    if (!isPractice) await driver.choose(words.vaults.wiped, isWiped ? words.vaults.wipedYes : words.vaults.wipedNo);
    await driver.button(words.shell.continue);
    await this.at(words.passphrase.showTitle);
  }

  /** Makes a vault. Out: its passphrase. */
  async makeVault({ pin, ...naming } = {}) {
    const { driver } = this;
    await this.nameVault(naming);
    const phrase = await this.page.evaluate(() => [...document.querySelectorAll('.app-words li')].map((item) => item.textContent.trim()).join(' '));
    assert.equal(phrase.split(' ').length, 5);
    await driver.button(words.passphrase.noted);
    await this.at(words.passphrase.confirmTitle);
    await driver.fill(words.passphrase.label, phrase);
    await driver.button(words.passphrase.make);
    await this.choosePin(pin);
    await this.at(words.list.title);
    return phrase;
  }

  /** From the locked page of one vault to the list. */
  async toVaults() {
    await this.at(words.unlock.title);
    await this.driver.button(words.vaults.toList);
    await this.at(words.vaults.chooseTitle);
  }

  /** Makes another vault from the list. Out: its passphrase. */
  async makeAnother(naming) {
    await this.driver.button(words.vaults.another);
    return this.makeVault(naming);
  }

  async chooseVault(label) {
    await this.at(words.vaults.chooseTitle);
    await this.driver.button(label);
    await until(async () => (await this.headingNow()) !== words.vaults.chooseTitle, `${label} is looked at`);
  }

  async tryUnlock(phrase) {
    await this.at(words.unlock.title);
    await this.driver.fill(words.passphrase.label, phrase);
    await this.driver.button(words.unlock.button);
  }

  async unlock(phrase, { pin } = {}) {
    await this.tryUnlock(phrase);
    await until(async () => (await this.headingNow()) !== words.unlock.title, 'the vault is open', 30_000).catch(async (error) => {
      throw new Error(`${error.message}: ${await this.text()}`);
    });
    await this.choosePin(pin);
  }

  async lock() {
    await this.driver.button(words.shell.lock);
    await this.at(words.unlock.title);
  }

  /** Rebuilds every derived table from its sources and compares; the app says whether all is well. */
  async checkStorage() {
    await this.driver.link(words.shell.storage);
    await this.at(words.storage.title);
    await this.driver.button(words.storage.check);
    await this.shows(words.storage.checkGood);
  }

  /* --- case and people --- */

  async startCase({ name, area }) {
    const { driver } = this;
    await driver.button(words.list.add);
    await this.at(words.caseNew.title);
    await driver.fill(words.caseNew.name, name);
    await driver.choose(words.caseNew.area, areaTitle(area));
    await driver.button(words.caseNew.button);
    await this.at(name);
  }

  async toList() {
    await this.driver.link(words.shell.list, { group: words.shell.menu });
    await this.at(words.list.title);
  }

  async openCase(name) {
    if ((await this.headingNow()) === name) return;
    if ((await this.headingNow()) !== words.list.title) await this.toList();
    await this.driver.link(name);
    await this.at(name);
  }

  async #fillPerson(person) {
    const { driver } = this;
    const text = words.person;
    if (person.role !== undefined) await driver.choose(text.role, label('role', person.role));
    if (person.name !== undefined) await driver.fill(text.name, person.name);
    if (person.aliases !== undefined) await driver.fill(text.aliases, person.aliases);
    if (person.relationship !== undefined) await driver.select(text.relationship, label('relationship', person.relationship));
    if (person.livesWithVictim !== undefined) await driver.choose(text.livesWithVictim, label('yesNoAsked', person.livesWithVictim));
    if (person.birth !== undefined) {
      await driver.date(text.birth, person.birth);
      await driver.choose(text.precision, label('precision', 'exact'));
    }
    if (person.address !== undefined) {
      await driver.fill(text.address, person.address);
      await driver.tick(text.confidential);
    }
    for (const field of ['phone', 'doctor', 'school', 'occupation', 'note']) {
      if (person[field] !== undefined) await driver.fill(text[field], person[field]);
    }
    await driver.button(words.shell.save);
  }

  async addPerson(caseName, person) {
    await this.driver.button(words.case.peopleAdd);
    await this.at(words.person.titleNew);
    await this.#fillPerson(person);
    await this.at(caseName);
    await this.shows(person.name);
  }

  async changeVictim(caseName, person) {
    await this.driver.link(words.shell.change, { group: `${caseName} ${label('role', 'victim')}`, isPart: true });
    await this.at(label('role', 'victim'));
    await this.#fillPerson(person);
    await this.at(caseName);
  }

  async recordContact(caseName, contact) {
    const { driver } = this;
    const text = words.contact;
    await driver.button(words.case.contactAdd);
    await this.at(text.title);
    if (await isThere(this.page, { role: 'radio', group: text.who })) await driver.choose(text.who, caseName);
    await driver.choose(text.safeToCall, label('yesNoAsked', contact.safeToCall));
    await driver.fill(text.number, contact.number);
    await driver.fill(text.times, contact.times);
    await driver.choose(text.voicemailOk, label('yesNoAsked', 'no'));
    await driver.choose(text.textOk, label('yesNoAsked', 'no'));
    await driver.fill(text.codeWord, contact.codeWord);
    await driver.fill(text.mustNotBeTold, contact.mustNotBeTold);
    await driver.date(text.checkedOn, contact.checkedOn);
    await driver.button(words.shell.save);
    await this.at(caseName);
  }

  async changeFacts(caseName, facts) {
    const { driver } = this;
    const text = words.facts;
    await driver.link(words.case.factsChange, { group: text.title, isPart: true });
    await this.at(text.title);
    await driver.fill(text.reference, facts.reference);
    await driver.date(text.movedOn, facts.movedOn);
    await driver.fill(text.fromArea, facts.fromArea);
    await driver.choose(text.permanence, label('permanence', 'permanent'));
    for (const flag of facts.localFlags) await driver.tick(label('localFlag', flag));
    await driver.choose(text.interpreter, label('yesNoAsked', 'yes'));
    await driver.fill(text.language, facts.language);
    await driver.button(words.shell.save);
    await this.at(caseName);
  }

  async addIncident(caseName, incident) {
    const { driver } = this;
    const text = words.incident;
    await driver.button(words.case.incidentsAdd);
    await this.at(text.title);
    await driver.date(text.date, incident.date);
    await driver.choose(text.precision, label('precision', 'exact'));
    await driver.choose(text.type, label('incidentType', incident.type));
    await driver.choose(text.perpetrator, incident.perpetrator ?? words.incident.nobody);
    await driver.choose(text.policeReported, label('yesNo', incident.policeReference === undefined ? 'no' : 'yes'));
    if (incident.policeReference !== undefined) await driver.fill(text.policeReference, incident.policeReference);
    await driver.choose(text.childrenPresent, label('yesNoAsked', incident.childrenPresent ?? 'not_known'));
    await driver.fill(text.description, incident.description);
    await driver.button(words.shell.save);
    await this.at(caseName);
  }

  async addPrior(caseName, prior) {
    const { driver } = this;
    const text = words.prior;
    await driver.button(words.case.priorsAdd);
    await this.at(text.title);
    await driver.choose(text.area, text.anotherArea);
    await driver.fill(text.areaName, prior.area);
    await driver.date(text.meetingDate, prior.meetingDate);
    for (const name of prior.perpetrators) await driver.tick(name);
    await driver.fill(text.caseNumber, prior.caseNumber);
    await driver.button(words.shell.save);
    await this.at(caseName);
  }

  /* --- checklist --- */

  async beginDocument(title) {
    await this.driver.button(`${words.case.start} ${title}`);
  }

  async beforeAsking(form) {
    const { driver } = this;
    const text = words.dash;
    await until(() => isThere(this.page, { role: 'textbox', name: text.worker }), 'the page before the topics');
    await driver.fill(text.beforeNote, form.beforeAsking);
    await driver.date(text.assessedOn, form.assessedOn);
    await driver.fill(text.worker, form.worker);
    await driver.fill(text.workerRole, form.workerRole);
    await driver.fill(text.agency, form.agency);
    await driver.fill(text.present, form.present);
    await driver.button(text.startOne);
  }

  /** One topic on its own screen. `answer` is { answer, source, comment }. */
  async answerTopic(topic, { answer, source, comment }) {
    const { driver } = this;
    const text = words.dash;
    await this.at(topic.text);
    await driver.choose(text.answer, label('answer', answer));
    if (source !== undefined) await driver.select(text.source, label('answerSource', source));
    if (comment !== undefined) await driver.fill(text.comment, comment);
  }

  async nextTopic(index) {
    await this.driver.button(index + 1 < TOPICS.length ? words.dash.next : words.dash.nextEnd);
  }

  async professional(form) {
    const { driver } = this;
    const text = words.dash;
    await this.at(text.professionalTitle);
    await driver.choose(text.concernHigh, label('yesNo', form.concernHigh));
    await driver.fill(text.concernReason, form.concernReason);
    await driver.fill(text.wishes, form.wishes);
    await driver.fill(text.weapons, form.weaponsAccess);
    await driver.button(words.shell.continue);
  }

  /** The last page: the outcome was not told, with the reason. */
  async afterAsking(form) {
    const { driver } = this;
    await until(() => isThere(this.page, { role: 'radio', group: words.dash.outcomeTold }), 'the page after the topics');
    await driver.choose(words.dash.outcomeTold, label('yesNo', form.outcomeTold));
    if (form.outcomeNotToldReason !== undefined) await driver.fill(contentOf('after-asking').notTold.label, form.outcomeNotToldReason);
    await driver.button(words.dash.toCheck);
  }

  async completeDash(form) {
    await this.at(words.dash.checkTitle);
    await this.driver.fill(words.dash.notAsked, form.notAskedReason);
    await this.driver.button(words.dash.complete);
    await this.at(words.result.title);
  }

  /* --- plan and referral --- */

  async planHeader(form) {
    const { driver } = this;
    await this.at(words.plan.headerTitle);
    await driver.date(planLabel('plannedOn'), form.plannedOn);
    await driver.fill(planLabel('worker'), form.worker);
    await driver.choose(planLabel('situation'), label('planSituation', form.situation));
    for (const name of form.dangerFrom) await driver.tick(name, { group: planLabel('dangerFrom') });
    for (const name of form.children) await driver.tick(name, { group: planLabel('children') });
    await driver.choose(planLabel('interpreterUsed'), label('interpreterUsed', 'professional'));
    await driver.choose(planLabel('agreedWithVictim'), label('yesNo', 'yes'));
    await driver.choose(planLabel('mayHoldCopy'), label('mayHoldCopy', form.mayHoldCopy));
    await driver.button(words.shell.continue);
    await this.at(words.plan.sectionsTitle);
  }

  /** Opens the first section, takes up its first suggestion and adds an own point. */
  async planSection(form) {
    const { driver } = this;
    const [section] = plan.sections;
    await driver.link(section.title);
    await this.at(section.title);
    await driver.press({ role: 'button', name: words.plan.addItem, nth: 0 });
    const [{ prompt }] = section.items;
    await driver.fill(itemLabel('text'), form.itemText, { group: prompt });
    await driver.tick(itemLabel('agreed'), { group: prompt });
    await driver.tick(itemLabel('safeToShare'), { group: prompt });
    await driver.fill(itemLabel('who'), form.itemWho, { group: prompt });
    await driver.button(words.plan.addOwn);
    await driver.fill(itemLabel('text'), form.ownText, { group: words.plan.ownLabel });
    await driver.link(words.plan.toSections, { nth: 0 });
    await this.at(words.plan.sectionsTitle);
    await driver.button(words.plan.toCheck);
    await this.at(words.plan.checkTitle);
  }

  async planReview(date) {
    const { driver } = this;
    await driver.link(words.plan.partHeader);
    await this.at(words.plan.headerTitle);
    await driver.date(planLabel('nextReviewOn'), date);
    await driver.button(words.shell.continue);
    await this.at(words.plan.sectionsTitle);
    await driver.button(words.plan.toCheck);
    await this.at(words.plan.checkTitle);
  }

  async agreePlan() {
    await this.driver.button(words.plan.complete);
    await this.at(words.plan.viewTitle);
  }

  async referralForm(form) {
    const { driver } = this;
    await this.at(words.referral.formTitle);
    await driver.date(referralLabel('referredOn'), form.referredOn);
    for (const field of ['agency', 'worker', 'workerContact', 'latestIncident', 'history', 'whyNow', 'afraidOf', 'safeToTalkTo', 'notSafeToTalkTo', 'victimWants', 'supportInPlace', 'actionsTaken']) {
      await driver.fill(referralLabel(field), form[field]);
    }
    for (const field of ['awareOfReferral', 'consentGiven', 'idvaReferral']) {
      await driver.choose(referralLabel(field), label('yesNo', 'no'));
      await driver.fill(words.referral.why, form[field], { nth: ['awareOfReferral', 'consentGiven', 'idvaReferral'].indexOf(field) });
    }
    await driver.button(words.shell.continue);
    await this.at(words.referral.checkTitle);
  }

  async completeReferral() {
    await this.driver.button(words.referral.complete);
    await this.at(words.referral.printTitle);
  }

  async search(text) {
    await this.driver.fill(words.list.search, text);
  }

  locate(query) {
    return locate(this.page, query);
  }
}
