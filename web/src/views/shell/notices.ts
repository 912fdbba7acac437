/** What any page may have to say above its own: a new version, work that only this device has had for too long, and a new way in. */
import { html, nothing } from 'lit-html';
import type { AppState } from '../../state/model.ts';
import { hashOf } from '../../state/routes.ts';
import { isInTeam } from '../../state/team.ts';
import { updateHold } from '../../state/update.ts';
import type { Actions } from '../actions.ts';
import type { Part } from '../../components/control.ts';
import { words } from '../../app/words.en.ts';
import { button } from '../../components/button/button.ts';
import { notification } from '../../components/notification/notification.ts';

export function update(state: AppState, actions: Actions): Part {
  const text = words.update;
  if (state.update === 'failed') return notification({ id: 'update', title: text.failedTitle, heading: text.failedHeading, text: text.failedText });
  if (state.update !== 'ready') return nothing;
  const hold = updateHold(state);
  return notification({
    id: 'update',
    title: text.title,
    heading: text.heading,
    text: hold === undefined ? text.text : text.holds[hold],
    action: hold === 'elsewhere' ? nothing : button({ text: text.accept, kind: 'secondary', onPress: actions.acceptUpdate, isWaiting: hold !== undefined || state.isBusy, id: 'update-accept' }),
  });
}

/** Somebody else can open this notebook: said until it was put away, and from then on where the ways in are listed. */
export function escrowNews(state: AppState, actions: Actions): Part {
  if (state.phase.kind !== 'open' || state.team.escrow?.isNews !== true) return nothing;
  const text = words.escrow;
  return notification({
    id: 'escrow-news',
    title: text.newsTitle,
    heading: text.newsHeading,
    text: text.who,
    action: html`<p class="govuk-body"><a class="govuk-notification-banner__link" href=${hashOf({ name: 'keys' })}>${text.newsLink}</a></p>
      ${button({ text: text.newsDismiss, kind: 'secondary', onPress: actions.escrowSeen, id: 'escrow-dismiss' })}`,
  });
}

export function reminder(state: AppState, actions: Actions): Part {
  const { team } = state;
  if (state.phase.kind !== 'open' || !team.isUnsentOld || state.isReminderAway) return nothing;
  const text = words.reminder;
  const isTeam = isInTeam(team);
  const route = isTeam ? ({ name: 'sync' } as const) : ({ name: 'storage' } as const);
  return notification({
    id: 'reminder',
    title: text.title,
    heading: isTeam ? text.heading : text.headingAlone,
    text: isTeam ? text.text : text.textAlone,
    action: html`<p class="govuk-body"><a class="govuk-notification-banner__link" href=${hashOf(route)}>${isTeam ? text.link : text.linkAlone}</a></p>
      ${button({ text: text.dismiss, kind: 'secondary', onPress: actions.dismissReminder, id: 'reminder-dismiss' })}`,
  });
}
