/** The way of a device into a team: the code, the eight words, waiting, and what is shared from then on. */
import { html, nothing, type TemplateResult } from 'lit-html';
import type { AppState } from '../../state/model.ts';
import { HOME, hashOf } from '../../state/routes.ts';
import type { TeamStatus } from '../../state/team.ts';
import type { Actions } from '../actions.ts';
import { counted, fill, words } from '../../app/words.en.ts';
import { button, buttonGroup, buttonLink } from '../../components/button/button.ts';
import { warningText } from '../../components/warning-text/warning-text.ts';
import { compareWords } from '../compare-words.ts';
import { noticeOf, noticeText, problemSummary } from '../problem.ts';
import { goesOn, page, type PageProps } from '../shell/shell.ts';
import { syncProblemWithRetry } from '../sync/sync.ts';
import { joinErrors, joinForm } from './join-form.ts';

export function joinView(state: AppState, actions: Actions): TemplateResult {
  const { status } = state.team;
  const above = state.problem === undefined ? joinErrors(state) : problemSummary(state, state.problem);
  const { heading, body } = stepOf(state, actions, status);
  return page(state, actions, { heading, back: { name: 'team' }, backText: words.team.title, above, body: html`${goesOn(heading)} ${body}` });
}

function stepOf(state: AppState, actions: Actions, status: TeamStatus | undefined): Pick<PageProps, 'heading' | 'body'> {
  const text = words.join;
  if (status?.state === 'member') return { heading: text.doneTitle, body: doneBody(state, status) };
  if (status?.state !== 'waiting') return { heading: text.title, body: joinForm(state, actions) };
  if (status.problem !== undefined) {
    return { heading: text.problemTitle, body: html`${noticeText(noticeOf(state, status.problem))} ${cancelButton(state, actions)}` };
  }
  if (status.words !== undefined && !status.wordsConfirmed) return { heading: text.wordsTitle, body: wordsBody(state, actions, status.words) };
  const isFounding = status.words === undefined;
  return { heading: isFounding ? text.foundingWaitTitle : text.waitingTitle, body: waitingBody(state, actions, isFounding) };
}

function wordsBody(state: AppState, actions: Actions, shown: readonly string[]): TemplateResult {
  const text = words.join;
  return html`<p class="govuk-body">${text.wordsText}</p>
    ${compareWords(shown)}
    <p class="govuk-body">${text.wordsHub}</p>
    ${syncProblemWithRetry(state, actions)} ${warningText(text.wordsWarning, words.shell.warning)}
    ${buttonGroup(
      button({ text: text.wordsYes, isWaiting: state.isBusy, onPress: actions.confirmJoin }),
      button({ text: text.wordsNo, kind: 'warning', isWaiting: state.isBusy, onPress: actions.cancelJoin }),
    )}`;
}

function waitingBody(state: AppState, actions: Actions, isFounding: boolean): TemplateResult {
  const text = words.join;
  const { team } = state;
  return html`${syncProblemWithRetry(state, actions)}
    <p class="govuk-body">${isFounding ? (team.isSyncing ? words.sync.phases[team.sync?.phase ?? 'idle'] : nothing) : text.waitingText}</p>
    ${cancelButton(state, actions)}`;
}

function cancelButton(state: AppState, actions: Actions): TemplateResult {
  return html`<p class="govuk-body">${words.join.cancelText}</p>
    ${button({ text: words.join.cancel, kind: 'secondary', isWaiting: state.isBusy, onPress: actions.cancelJoin })}`;
}

/** Says plainly what the team can read from now on. */
function doneBody(state: AppState, status: TeamStatus): TemplateResult {
  const text = words.join;
  const team = status.teamName ?? '';
  const { people, sync } = state.team;
  const shared = (sync?.deviceCount ?? 0) + (sync?.sentCount ?? 0) + (sync?.confirmedCount ?? 0);
  const readers = people.filter((person) => !person.isYou && person.name !== '');
  return html`<p class="govuk-body-l">${fill(text.doneTeam, { team, name: status.personName ?? '' })}</p>
    <p class="govuk-body">${fill(counted(text.shared, shared), { team })}</p>
    ${(sync?.deviceCount ?? 0) === 0 ? nothing : html`<p class="govuk-body">${counted(text.notSentYet, sync?.deviceCount ?? 0)}</p>`}
    <h2 class="govuk-heading-m">${text.readers}</h2>
    ${readers.length === 0
      ? html`<p class="govuk-body">${text.readersNone}</p>`
      : html`<ul class="govuk-list govuk-list--bullet">
            ${readers.map((person) => html`<li>${person.name}</li>`)}
          </ul>
          <p class="govuk-body">${text.readersMore}</p>`}
    ${buttonGroup(buttonLink(text.toCases, hashOf(HOME)), buttonLink(text.toSync, hashOf({ name: 'sync' }), 'secondary'))}`;
}
