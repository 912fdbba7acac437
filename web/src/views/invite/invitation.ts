/** One code on its way: shown, used, its words compared, the device let in. It goes on by itself while somebody looks. */
import { html, nothing, type TemplateResult } from 'lit-html';
import { codeGroups, groupedCode } from '../../state/code.ts';
import type { AppState } from '../../state/model.ts';
import { hashOf, type Route } from '../../state/routes.ts';
import type { Invite } from '../../state/team.ts';
import type { Actions } from '../actions.ts';
import { fill, words } from '../../app/words.en.ts';
import { button, buttonGroup, buttonLink } from '../../components/button/button.ts';
import { qrCode } from '../../components/qr-code/qr-code.ts';
import { warningText } from '../../components/warning-text/warning-text.ts';
import { compareWords } from '../compare-words.ts';
import { dayAndTime } from '../moment.ts';
import { noticeOf, noticeText, problemSummary } from '../problem.ts';
import { goesOn, page } from '../shell/shell.ts';
import { syncProblemWithRetry } from '../sync/sync.ts';

export function invitationView(state: AppState, actions: Actions, route: Extract<Route, { name: 'invitation' }>): TemplateResult {
  const invite = state.team.invites.find((each) => each.inviteId === route.inviteId);
  const { heading, body } = invite === undefined ? gone() : stepOf(state, actions, invite);
  return page(state, actions, {
    heading,
    back: { name: 'team' },
    backText: words.team.title,
    above: state.problem === undefined ? nothing : problemSummary(state, state.problem),
    body: html`${goesOn(heading)} ${body}`,
  });
}

interface Step {
  readonly heading: string;
  readonly body: TemplateResult;
}

function gone(): Step {
  return { heading: words.invite.goneTitle, body: html`<p class="govuk-body">${words.invite.goneText}</p>${toTeam()}` };
}

function stepOf(state: AppState, actions: Actions, invite: Invite): Step {
  const text = words.invite;
  const name = invite.personName === '' ? words.team.nameless : invite.personName;
  switch (invite.state) {
    case 'new':
    case 'offered':
      return { heading: fill(text.codeTitle, { name }), body: codeBody(state, actions, invite) };
    case 'asked':
      return { heading: text.wordsTitle, body: wordsBody(state, actions, invite, name) };
    case 'confirmed':
      return {
        heading: text.confirmedTitle,
        body: html`${syncProblemWithRetry(state, actions)}<p class="govuk-body">${text.confirmedText}</p>${withdrawButton(state, actions, invite)}`,
      };
    case 'done':
      return {
        heading: text.doneTitle,
        body: html`<p class="govuk-body-l">${fill(text.doneText, { name })}</p>${toTeam()}`,
      };
    case 'failed':
      return { heading: text.failedTitle, body: html`${noticeText(noticeOf(state, invite.problem ?? 'bug'))}${anotherOrTeam()}` };
    case 'withdrawn':
      return { heading: text.withdrawnTitle, body: html`<p class="govuk-body">${text.withdrawnText}</p>${anotherOrTeam()}` };
  }
}

function codeBody(state: AppState, actions: Actions, invite: Invite): TemplateResult {
  const text = words.invite;
  return html`<p class="govuk-body">${text.codeText}</p>
    <p class="app-code" translate="no">${codeGroups(invite.code).map((group) => html`<span class="app-code__group">${group}</span> `)}</p>
    ${qrCode(groupedCode(invite.code), text.qrLabel)}
    ${warningText(text.codeSecret, words.shell.warning)}
    <p class="govuk-body">${fill(text.codeExpires, { moment: dayAndTime(invite.expiresMs) })}</p>
    ${syncProblemWithRetry(state, actions)}
    <p class="govuk-body" role="status">${invite.state === 'new' ? text.stateNew : text.stateOffered}</p>
    ${withdrawButton(state, actions, invite)}`;
}

function wordsBody(state: AppState, actions: Actions, invite: Invite, name: string): TemplateResult {
  const text = words.invite;
  return html`<p class="govuk-body">${fill(text.wordsText, { name })}</p>
    ${compareWords(invite.words ?? [])} ${warningText(text.wordsWarning, words.shell.warning)}
    ${buttonGroup(
      button({ text: text.wordsYes, isWaiting: state.isBusy, onPress: () => actions.confirmInvite(invite.inviteId) }),
      button({ text: text.wordsNo, kind: 'warning', isWaiting: state.isBusy, onPress: () => actions.refuseInvite(invite.inviteId) }),
    )}`;
}

function withdrawButton(state: AppState, actions: Actions, invite: Invite): TemplateResult {
  return button({ text: words.invite.withdraw, kind: 'secondary', isWaiting: state.isBusy, onPress: () => actions.withdrawInvite(invite.inviteId) });
}

function toTeam(): TemplateResult {
  return buttonLink(words.invite.toTeam, hashOf({ name: 'team' }), 'secondary');
}

function anotherOrTeam(): TemplateResult {
  return buttonGroup(buttonLink(words.invite.another, hashOf({ name: 'invite' })), toTeam());
}
