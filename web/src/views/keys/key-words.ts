/** Another passphrase, in both kinds: an ordinary change, and what to do when somebody may know the old one. */
import { html, nothing, type TemplateResult } from 'lit-html';
import { hasPasskey, hasPassphraseAlone } from '../../state/keys.ts';
import type { AppState } from '../../state/model.ts';
import { hashOf } from '../../state/routes.ts';
import type { Actions } from '../actions.ts';
import { words } from '../../app/words.en.ts';
import { button } from '../../components/button/button.ts';
import { radios } from '../../components/radios/radios.ts';
import { formOf } from '../fields.ts';
import { page } from '../shell/shell.ts';
import { keyErrors, passphraseBox, typedText, wordsSteps } from './words-steps.ts';

export function keyWordsView(state: AppState, actions: Actions): TemplateResult {
  const text = words.keys;
  return wordsSteps(state, actions, () =>
    page(state, actions, {
      heading: text.changeTitle,
      back: { name: 'keys' },
      backText: text.title,
      above: keyErrors(state),
      body: html`<p class="govuk-body">${text.changeLead}</p>
        ${hasPasskey(state.keys) ? html`<div class="govuk-inset-text">${hasPassphraseAlone(state.keys) ? words.passkey.changeStays : words.passkey.changeAsks}</div>` : nothing}
        <h2 class="govuk-heading-m">${text.knownTitle}</h2>
        <p class="govuk-body">${text.knownText}</p>
        <p class="govuk-body"><a class="govuk-link app-lead-link" href=${hashOf({ name: 'emergency' })}>${words.shell.emergency}</a></p>
        ${formOf(
          () => actions.makeNewWords(typedText()),
          html`${radios({
            id: 'why-change',
            label: text.why,
            error: state.keys.errors['why-change'],
            options: [
              { value: 'ordinary', label: text.whyOrdinary, hint: text.whyOrdinaryHint },
              { value: 'known', label: text.whyKnown, hint: text.whyKnownHint },
            ],
            value: state.keys.why,
            onChoose: (value) => actions.chooseWhy(value === 'known' ? 'known' : 'ordinary'),
          })}
          ${passphraseBox(state, actions, text.oldLabel, text.oldHint)} ${button({ text: text.makeWords, isSubmit: true, isWaiting: state.isBusy })}`,
        )}`,
    }),
  );
}

/** After the recovery key: nothing else is shown before there are new words. */
export function renewView(state: AppState, actions: Actions): TemplateResult {
  const text = words.keys;
  return wordsSteps(state, actions, () =>
    page(state, actions, {
      heading: text.newTitle,
      above: keyErrors(state),
      body: html`<p class="govuk-body">${text.renewText}</p>
        ${button({ text: text.makeWords, onPress: () => actions.makeNewWords('') })}`,
    }),
  );
}
