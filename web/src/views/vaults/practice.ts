/** What marks a practice vault: a line on every screen and every printed page, and a page instead of team and sync. */
import { html, nothing, type TemplateResult } from 'lit-html';
import type { AppState } from '../../state/model.ts';
import { HOME, type RouteName } from '../../state/routes.ts';
import type { Actions } from '../actions.ts';
import { words } from '../../app/words.en.ts';
import type { Part } from '../../components/control.ts';
import { noticeOf, noticeText } from '../problem.ts';
import { page } from '../shell/shell.ts';

const TEAM_ROUTES: ReadonlySet<RouteName> = new Set<RouteName>(['sync', 'team', 'join', 'invite', 'invitation']);

export function isOfATeam(name: RouteName): boolean {
  return TEAM_ROUTES.has(name);
}

export function practiceBanner(state: AppState): Part {
  if (!state.vaults.isPractice) return nothing;
  return html`<section class="app-practice" aria-label=${words.vaults.practiceOnly}>
    <p class="govuk-width-container app-practice__text">${words.vaults.practiceBanner}</p>
  </section>`;
}

export function notInPracticeView(state: AppState, actions: Actions): TemplateResult {
  const notice = noticeOf(state, 'practice');
  return page(state, actions, {
    heading: notice?.title ?? words.shell.problemTitle,
    back: HOME,
    backText: words.shell.list,
    body: noticeText(notice),
  });
}
