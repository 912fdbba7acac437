/** A passkey together with a passphrase: adding it, and then whether the passphrase alone still opens. */
import { html, nothing, type TemplateResult } from 'lit-html';
import { hasPasskey, hasPassphraseAlone } from '../../state/keys.ts';
import type { AppState } from '../../state/model.ts';
import { hashOf } from '../../state/routes.ts';
import { isOnWipedComputer } from '../../state/vaults.ts';
import type { Actions } from '../actions.ts';
import { words } from '../../app/words.en.ts';
import { button, buttonGroup, buttonLink } from '../../components/button/button.ts';
import type { Part } from '../../components/control.ts';
import { radios } from '../../components/radios/radios.ts';
import { warningText } from '../../components/warning-text/warning-text.ts';
import { formOf } from '../fields.ts';
import { page } from '../shell/shell.ts';
import { keyErrors, passphraseBox, phraseBox, typedText } from './words-steps.ts';

const OWN_ID = 'own-phrase';
const AGAIN_ID = 'own-phrase-again';

export function keyPasskeyView(state: AppState, actions: Actions): TemplateResult {
  const text = words.passkey;
  const isAdded = hasPasskey(state.keys);
  const isQuestion = isAdded && hasPassphraseAlone(state.keys);
  return page(state, actions, {
    heading: isQuestion ? text.aloneTitle : text.offer,
    back: { name: 'keys' },
    backText: words.keys.title,
    above: keyErrors(state),
    body: isQuestion ? aloneQuestion(state, actions) : isAdded ? inUse() : addForm(state, actions),
  });
}

/** On the page of all ways in. */
export function passkeySection(state: AppState): TemplateResult {
  const text = words.passkey;
  return html`<h2 class="govuk-heading-m">${text.title}</h2>
    ${hasPasskey(state.keys)
      ? html`<p class="govuk-body">${hasPassphraseAlone(state.keys) ? text.used : text.usedAlone}</p>
          ${hasPassphraseAlone(state.keys) ? buttonLink(text.decide, hashOf({ name: 'key-passkey' }), 'secondary') : nothing}`
      : html`<p class="govuk-body">${text.text}</p>
          ${state.hasPasskeys ? buttonLink(text.offer, hashOf({ name: 'key-passkey' }), 'secondary') : html`<p class="govuk-body">${text.none}</p>`}`}`;
}

function inUse(): TemplateResult {
  return html`<p class="govuk-body">${words.passkey.usedAlone}</p>
    ${buttonLink(words.keys.change, hashOf({ name: 'key-words' }), 'secondary')}`;
}

function addForm(state: AppState, actions: Actions): TemplateResult {
  const text = words.passkey;
  if (!state.hasPasskeys) return html`<p class="govuk-body">${text.text}</p><p class="govuk-body">${text.none}</p>`;
  return html`<p class="govuk-body">${text.text}</p>
    <ul class="govuk-list govuk-list--bullet">
      ${text.rules.map((rule) => html`<li>${rule}</li>`)}
    </ul>
    ${formOf(
      () => actions.addPasskey({ now: typedText(), own: typedText(OWN_ID), again: typedText(AGAIN_ID) }),
      html`${passphraseBox(state, actions, words.keys.oldLabel, words.keys.oldHint)}
      ${radios({
        id: 'passkey-phrase',
        label: text.which,
        error: state.keys.errors['passkey-phrase'],
        options: [
          { value: 'same', label: text.same },
          { value: 'own', label: text.own, hint: text.ownHint, below: ownPhrase(state, actions) },
        ],
        value: state.keys.phrase,
        onChoose: (value) => actions.choosePhrase(value === 'own' ? 'own' : 'same'),
      })}
      ${button({ text: text.make, isSubmit: true, isWaiting: state.isBusy })} ${working(state)}`,
    )}`;
}

function ownPhrase(state: AppState, actions: Actions): TemplateResult {
  return html`${phraseBox(state, actions, OWN_ID, words.passkey.ownLabel)} ${phraseBox(state, actions, AGAIN_ID, words.passkey.ownAgain)}`;
}

function working(state: AppState): TemplateResult {
  return html`<p class="govuk-body" role="status">${state.isBusy ? words.passkey.working : nothing}</p>`;
}

function aloneQuestion(state: AppState, actions: Actions): TemplateResult {
  const text = words.passkey;
  const hasPaper = state.keys.slots.some(({ type }) => type === 'recovery');
  if (isOnWipedComputer(state.vaults)) {
    return html`<p class="govuk-body">${text.wiped}</p>
      ${buttonLink(text.keep, hashOf({ name: 'keys' }))}`;
  }
  return html`<p class="govuk-body">${text.aloneText}</p>
    ${buttonLink(text.keep, hashOf({ name: 'keys' }))}
    <h2 class="govuk-heading-m">${text.decide}</h2>
    ${warningText(hasPaper ? text.paperThere : text.paperFirst, words.shell.warning)} ${hasPaper ? nothing : paperLink()}
    <p class="govuk-body">${text.copies}</p>
    ${formOf(
      () => actions.retirePassphrase(typedText()),
      html`${passphraseBox(state, actions, text.retireLabel, text.retireHint)}
      ${buttonGroup(button({ text: text.retire, kind: 'warning', isSubmit: true, isWaiting: state.isBusy }))} ${working(state)}`,
    )}`;
}

function paperLink(): Part {
  return buttonLink(words.keys.recoveryMake, hashOf({ name: 'key-recovery' }), 'secondary');
}
