// A person at an app over a device in memory: what they do, and waiting for what the app then shows.
import assert from 'node:assert/strict';

import { until } from '../../e2e/support/until.mjs';
import { appOn } from '../../support/memory-device.mjs';

const PHRASE = 'acid bacon cedar delta eagle';
export const REFERENCE = { part: 'case', field: 'reference' };

/** What a person does, on the state of the app. */
export class Person {
  constructor(device, phrase = PHRASE, platform = {}) {
    this.saved = [];
    const { app, addresses, timers } = appOn(device, { makePassphrase: async () => this.phrase, saveFile: (file, name) => this.saved.push({ file, name }), ...platform });
    Object.assign(this, { device, app, addresses, timers, phrase });
  }

  get state() {
    return this.app.store.state();
  }

  at(kind, step) {
    return until(() => this.state.phase.kind === kind && !this.state.phase.isWorking && (step === undefined || this.state.phase.step.kind === step), `phase ${kind} ${step ?? ''}`)
      .catch((error) => { throw new Error(`${error.message}: ${JSON.stringify(this.state.phase)}`); });
  }

  async make({ label, isPractice = false, isWiped = false, phrase = this.phrase }) {
    this.phrase = phrase;
    await this.at('no-vault', 'welcome');
    this.app.actions.beginVault(isPractice);
    if (label !== undefined) this.app.actions.changeNaming({ label });
    if (!isPractice) this.app.actions.changeNaming({ isWiped: isWiped ? 'yes' : 'no' });
    this.app.actions.nameVault();
    await this.at('no-vault', 'show');
    this.app.actions.wordsNoted();
    this.app.actions.confirmWords(phrase);
    await this.withoutPin();
    return this.state.vaults.chosen;
  }

  async unlock(phrase) {
    await this.at('locked');
    this.app.actions.unlock(phrase);
    await this.withoutPin();
  }

  async withoutPin() {
    await this.at('choose-pin');
    this.app.actions.skipPin();
    await this.at('open');
  }

  /** A case that was begun: drafts only. */
  async beginCase(reference) {
    const caseId = this.app.store.state().route.caseId ?? 'c'.repeat(32);
    await this.app.navigator.go({ name: 'case-new', caseId });
    this.app.actions.choose(REFERENCE, reference);
    assert.equal(await this.app.saver.flush(), undefined);
  }

  async show(route) {
    await this.app.navigator.go(route);
    assert.equal(this.state.route.name, route.name);
  }
}
