/** Who is in the team, with which devices; the codes that are still open; the way in for a device that works alone. */
import { html, nothing, type TemplateResult } from 'lit-html';
import type { AppState } from '../../state/model.ts';
import { HOME, hashOf } from '../../state/routes.ts';
import type { DeviceRow, Invite, PersonRow, TeamStatus } from '../../state/team.ts';
import type { Actions } from '../actions.ts';
import { fill, words } from '../../app/words.en.ts';
import { button, buttonLink } from '../../components/button/button.ts';
import type { Part } from '../../components/control.ts';
import { summaryCard } from '../../components/summary-list/summary-list.ts';
import { tag } from '../../components/tag/tag.ts';
import { deviceName } from '../device-name.ts';
import { dayAndTime, dayOf } from '../moment.ts';
import { problemSummary } from '../problem.ts';
import { page } from '../shell/shell.ts';

export function teamView(state: AppState, actions: Actions): TemplateResult {
  const { status } = state.team;
  const isMember = status?.state === 'member';
  return page(state, actions, {
    heading: isMember && status.teamName !== undefined && status.teamName !== '' ? status.teamName : words.team.title,
    back: HOME,
    backText: words.shell.list,
    above: state.problem === undefined ? nothing : problemSummary(state, state.problem),
    body: isMember ? memberBody(state, actions, status) : outsideBody(status),
  });
}

function outsideBody(status: TeamStatus | undefined): TemplateResult {
  const text = words.team;
  if (status?.state === 'waiting') {
    return html`<p class="govuk-body-l">${text.waitingText}</p>
      ${buttonLink(text.goOn, hashOf({ name: 'join' }))}`;
  }
  return html`<p class="govuk-body-l">${text.aloneText}</p>
    <p class="govuk-body">${text.aloneMore}</p>
    ${buttonLink(text.join, hashOf({ name: 'join' }))}`;
}

function memberBody(state: AppState, actions: Actions, status: TeamStatus): TemplateResult {
  const text = words.team;
  const { people, devices, invites } = state.team;
  const hasNameless = people.some((person) => person.name === '') || devices.some((device) => device.label === '');
  return html`${status.personName === undefined || status.personName === '' ? nothing : html`<p class="govuk-body">${fill(text.youAre, { name: status.personName })}</p>`}
    ${status.isAdministrator ? buttonLink(text.add, hashOf({ name: 'invite' })) : html`<p class="govuk-body">${text.onlyAdministrators}</p>`}
    ${invitesSection(state, actions, invites)}
    <h2 class="govuk-heading-m">${text.peopleTitle}</h2>
    ${hasNameless ? html`<p class="govuk-body">${text.namelessText}</p>` : nothing}
    ${people.map((person) => personCard(person, devices.filter((device) => device.personId === person.personId)))}`;
}

function personCard(person: PersonRow, devices: readonly DeviceRow[]): TemplateResult {
  const text = words.team;
  return summaryCard({
    id: `person-${person.personId}`,
    title: person.name === '' ? text.nameless : person.name,
    level: 3,
    tag: html`${person.isYou ? tag(text.you, 'purple') : nothing} ${person.isAdministrator ? tag(text.administrator, 'blue') : nothing}
    ${person.isWaiting ? tag(text.waiting, 'yellow') : nothing}`,
    body:
      devices.length === 0
        ? html`<p class="govuk-body">${text.noDevice}</p>`
        : html`<ul class="govuk-list app-devices">
            ${devices.map((device) => html`<li>${deviceLine(device)}</li>`)}
          </ul>`,
  });
}

function deviceLine(device: DeviceRow): TemplateResult {
  const text = words.team;
  const kind = text.kinds[device.kind];
  const name = deviceName(device.label);
  const label = name === '' || name === kind ? kind : `${name} (${kind})`;
  return html`${fill(text.device, { kind: label, date: dayOf(device.addedMs) })} ${device.isThis ? tag(text.thisDevice, 'grey') : nothing}`;
}

/** Codes that a device may still use, and devices whose words wait for an answer. */
function invitesSection(state: AppState, actions: Actions, invites: readonly Invite[]): Part {
  const open = invites.filter((invite) => invite.state !== 'done' && invite.state !== 'withdrawn');
  if (open.length === 0) return nothing;
  return html`<h2 class="govuk-heading-m">${words.team.invitesTitle}</h2>
    <ul class="app-drafts">
      ${open.map((invite) => inviteItem(state, actions, invite))}
    </ul>`;
}

function inviteItem(state: AppState, actions: Actions, invite: Invite): TemplateResult {
  const text = words.team;
  const name = invite.personName === '' ? text.nameless : invite.personName;
  return html`<li class="app-drafts__item">
    <a class="govuk-link govuk-!-font-weight-bold" href=${hashOf({ name: 'invitation', inviteId: invite.inviteId })}>${name}</a>
    ${tag(text.inviteStates[invite.state], invite.state === 'asked' ? 'orange' : invite.state === 'failed' ? 'red' : 'grey')}
    <span class="app-drafts__saved">${fill(text.inviteExpires, { moment: dayAndTime(invite.expiresMs) })}</span>
    ${invite.state === 'failed'
      ? nothing
      : button({
          text: html`${text.withdraw}<span class="govuk-visually-hidden"> ${name}</span>`,
          kind: 'link',
          isWaiting: state.isBusy,
          onPress: () => actions.withdrawInvite(invite.inviteId),
        })}
  </li>`;
}
