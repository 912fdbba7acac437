/**
 * Taking a vault away. Open: what is only here is counted. Locked: nobody can know. Where something could be lost it is
 * agreed to twice, the second time by typing a word.
 */
import { html, nothing, type TemplateResult } from 'lit-html';
import type { AppState, CoreError, Phase } from '../../state/model.ts';
import { hashOf } from '../../state/routes.ts';
import { isInTeam, unsentCount } from '../../state/team.ts';
import { chosenVault } from '../../state/vaults.ts';
import type { Actions } from '../actions.ts';
import { counted, fill, words } from '../../app/words.en.ts';
import { longDate } from '../../app/dates.ts';
import { civilDate } from '../../platform/clock.ts';
import { button, buttonGroup, buttonLink } from '../../components/button/button.ts';
import type { Part } from '../../components/control.ts';
import { errorSummary } from '../../components/error-summary/error-summary.ts';
import { textInput } from '../../components/text-input/text-input.ts';
import { warningText } from '../../components/warning-text/warning-text.ts';
import { formOf } from '../fields.ts';
import { problemSummary } from '../problem.ts';
import { loadingView, page } from '../shell/shell.ts';
import { labelText } from './label.ts';

const WORD_ID = 'remove-word';

interface Way {
  readonly isWorking: boolean;
  readonly problem: CoreError | undefined;
  /** leads away without removing anything */
  readonly keep: TemplateResult;
}

/** The route of an open vault. */
export function removeVaultView(state: AppState, actions: Actions): TemplateResult {
  const { storage } = state;
  if (storage === undefined) return loadingView(state, actions);
  const keep = html`<a class="govuk-link" href=${hashOf({ name: 'vaults' })}>${words.vaults.removeKeep}</a>`;
  const way: Way = { isWorking: state.isBusy, problem: state.problem, keep };
  if (state.vaults.removal.step === 'second') return secondView(state, actions, way);
  const isLosing = storage.unsentCount !== '0' && !state.vaults.isPractice && !state.backup.isTaken;
  return firstView(state, actions, way, isLosing, openText(state));
}

/** The phase of a locked vault. */
export function removeLockedView(state: AppState, actions: Actions, phase: Extract<Phase, { kind: 'remove' }>): TemplateResult {
  const keep = button({ text: words.vaults.removeKeep, kind: 'secondary', onPress: actions.stayLocked });
  const way: Way = { isWorking: phase.isWorking, problem: phase.problem, keep };
  if (state.vaults.removal.step === 'second') return secondView(state, actions, way);
  return firstView(state, actions, way, true, html`<p class="govuk-body">${words.vaults.removeLocked}</p>`);
}

function openText(state: AppState): Part {
  const text = words.vaults;
  const { storage, vaults, team } = state;
  if (vaults.isPractice) return html`<p class="govuk-body">${text.removePractice}</p>`;
  const shared = isInTeam(team) ? html`<p class="govuk-body">${text.removeShared}</p>` : nothing;
  if (storage === undefined || storage.unsentCount === '0') return html`<p class="govuk-body">${text.removeNothing}</p>${shared}`;
  if (state.backup.isTaken) return html`<p class="govuk-body">${words.backup.removeCopied}</p>${shared}`;
  /* The core counts what it wrote; a person counts records and forms. */
  const count = Math.max(1, unsentCount(team));
  const { oldestUnsentMs } = storage;
  const oldest = oldestUnsentMs === undefined ? '' : ` ${fill(text.removeOldest, { date: longDate(civilDate(oldestUnsentMs)) })}`;
  return html`${warningText(`${counted(text.removeUnsent, count)}${oldest} ${text.removeLost}`, words.shell.warning)}
    ${buttonLink(words.backup.removeFirst, hashOf({ name: 'backup' }))} ${shared}`;
}

function firstView(state: AppState, actions: Actions, way: Way, isLosing: boolean, text: Part): TemplateResult {
  return page(state, actions, {
    heading: words.vaults.removeTitle,
    caption: labelCaption(state),
    above: way.problem === undefined ? nothing : problemSummary(state, way.problem),
    body: html`<p class="govuk-body-l">${words.vaults.removeLead}</p>
      ${text}
      ${buttonGroup(
        button({ text: isLosing ? words.vaults.removeOn : words.vaults.removeButton, kind: 'warning', onPress: actions.removeVault, isWaiting: way.isWorking }),
        way.keep,
      )}`,
  });
}

function secondView(state: AppState, actions: Actions, way: Way): TemplateResult {
  const text = words.vaults;
  const { word, error } = state.vaults.removal;
  return page(state, actions, {
    heading: text.removeSecondTitle,
    caption: labelCaption(state),
    above: secondErrors(state, way),
    body: html`${state.phase.kind === 'open' ? openText(state) : html`<p class="govuk-body">${text.removeLocked}</p>`}
    ${formOf(
      actions.removeVault,
      html`${textInput({
        id: WORD_ID,
        label: text.removeWordLabel,
        error,
        width: 10,
        value: word,
        onInput: (typed) => actions.changeRemoval({ word: typed }),
      })}
      ${buttonGroup(
        button({ text: way.isWorking ? text.removing : text.removeButton, kind: 'warning', isSubmit: true, isWaiting: way.isWorking }),
        way.keep,
      )}`,
    )}`,
  });
}

function secondErrors(state: AppState, way: Way): Part {
  const { error } = state.vaults.removal;
  if (way.problem !== undefined) return problemSummary(state, way.problem);
  return error === undefined ? nothing : errorSummary({ title: words.shell.problemTitle, errors: [{ message: error, controlId: WORD_ID }] });
}

function labelCaption(state: AppState): string | undefined {
  const chosen = chosenVault(state.vaults);
  return chosen === undefined ? undefined : labelText(chosen);
}
