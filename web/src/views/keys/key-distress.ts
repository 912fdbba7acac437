/**
 * A phrase that opens an empty notebook instead of this one (docs/adr/0014). Whether there is one is shown only after the passphrase
 * was typed again, and nothing of it is offered behind such a phrase.
 */
import { html, nothing, type TemplateResult } from 'lit-html';
import type { AppState } from '../../state/model.ts';
import { hashOf } from '../../state/routes.ts';
import type { Actions } from '../actions.ts';
import { fill, words } from '../../app/words.en.ts';
import { longDate } from '../../app/dates.ts';
import { civilDate } from '../../platform/clock.ts';
import { button, buttonGroup, buttonLink } from '../../components/button/button.ts';
import type { Part } from '../../components/control.ts';
import { formOf } from '../fields.ts';
import { page } from '../shell/shell.ts';
import { keyErrors, passphraseBox, typeBackPage, typedText, wordsPage, wordsWorkingPage, type WordsPresses, type WordsTexts } from './words-steps.ts';

const texts: WordsTexts = {
  heading: words.distress.showTitle,
  text: words.distress.showText,
  warning: words.distress.showWarning,
  confirmText: words.distress.confirmText,
  confirmButton: words.distress.set,
};

/** On the page of all ways in. */
export function distressSection(state: AppState): Part {
  if (state.vaults.isNeutral) return nothing;
  return html`<h2 class="govuk-heading-m">${words.distress.title}</h2>
    <p class="govuk-body">${words.distress.text}</p>
    ${buttonLink(words.distress.link, hashOf({ name: 'key-distress' }), 'secondary')}`;
}

export function keyDistressView(state: AppState, actions: Actions): TemplateResult {
  const step = state.keys.distress;
  const press: WordsPresses = {
    noted: actions.distressWordsNoted,
    another: actions.makeDistressWords,
    confirm: actions.confirmDistressWords,
    seeAgain: actions.seeDistressWordsAgain,
  };
  switch (step.kind) {
    case 'ask':
      return frame(state, actions, askForm(state, actions));
    case 'known':
      return frame(state, actions, knownPart(state, actions));
    case 'show':
      return wordsPage(state, actions, step.words, texts, press);
    case 'confirm':
      return typeBackPage(state, actions, texts, press);
    case 'working':
      return wordsWorkingPage(state, actions);
    case 'done':
      return page(state, actions, {
        heading: step.isSet ? words.distress.doneSet : words.distress.doneRemoved,
        back: { name: 'keys' },
        backText: words.keys.title,
        body: step.isSet ? html`<p class="govuk-body">${words.distress.doneSetText}</p>` : nothing,
      });
  }
}

function frame(state: AppState, actions: Actions, part: Part): TemplateResult {
  const text = words.distress;
  return page(state, actions, {
    heading: text.title,
    back: { name: 'keys' },
    backText: words.keys.title,
    above: keyErrors(state),
    body: html`<ul class="govuk-list govuk-list--bullet">
        ${text.rules.map((rule) => html`<li>${rule}</li>`)}
      </ul>
      <div class="govuk-inset-text">${text.agency}</div>
      ${part}`,
  });
}

function askForm(state: AppState, actions: Actions): TemplateResult {
  return formOf(
    () => actions.proveForDistress(typedText()),
    html`${passphraseBox(state, actions, words.keys.oldLabel, words.distress.ask)}
    ${button({ text: words.shell.continue, isSubmit: true, isWaiting: state.isBusy })}`,
  );
}

function knownPart(state: AppState, actions: Actions): TemplateResult {
  const text = words.distress;
  const slot = state.keys.slots.find(({ type }) => type === 'distress');
  if (slot === undefined) {
    return html`<p class="govuk-body" id="distress-known" tabindex="-1">${text.none}</p>
      ${button({ text: text.make, onPress: actions.makeDistressWords, isWaiting: state.isBusy })}`;
  }
  return html`<p class="govuk-body" id="distress-known" tabindex="-1">${fill(text.known, { date: longDate(civilDate(slot.madeMs)) })}</p>
    <p class="govuk-body">${text.newText}</p>
    <p class="govuk-body">${text.removeText}</p>
    ${buttonGroup(
      button({ text: text.makeNew, onPress: actions.makeDistressWords, isWaiting: state.isBusy }),
      button({ text: text.remove, kind: 'warning', onPress: actions.removeDistress, isWaiting: state.isBusy }),
    )}`;
}
