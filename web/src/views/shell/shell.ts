/**
 * The frame of every page: name, hide, menu, what the whole page has to say, and the main part. Nothing here
 * tells what the app is for.
 */
import { html, nothing, type TemplateResult } from 'lit-html';
import type { AppState } from '../../state/model.ts';
import { HOME, hashOf, specOf, type Route } from '../../state/routes.ts';
import type { Actions } from '../actions.ts';
import type { Part } from '../../components/control.ts';
import { counted, fill, words } from '../../app/words.en.ts';
import { isInTeam, unsentCount, type TeamView } from '../../state/team.ts';
import { noticeOf, noticeText } from '../problem.ts';
import { readingBanner } from '../reading.ts';
import { practiceBanner } from '../vaults/practice.ts';
import { button } from '../../components/button/button.ts';
import { escrowNews, reminder, update } from './notices.ts';
import { notification } from '../../components/notification/notification.ts';

export interface PageProps {
  readonly heading: string;
  readonly caption?: string | undefined;
  readonly body: Part;
  /** where Back leads; none on the first page of all */
  readonly back?: Route | undefined;
  readonly backText?: string | undefined;
  /** goes above the heading: error summary, banner */
  readonly above?: Part;
  /** the heading is drawn by the body itself */
  readonly hasOwnHeading?: boolean | undefined;
  readonly isWide?: boolean | undefined;
}

export function page(state: AppState, actions: Actions, props: PageProps): TemplateResult {
  return html`<a class="govuk-skip-link" href="#main" @click=${skip}>${words.shell.skip}</a>
    ${header(state, actions)} ${practiceBanner(state)} ${navigation(state)}
    <div class="govuk-width-container">
      ${backLink(props)}
      <main class="govuk-main-wrapper app-main" id="main" tabindex="-1">
        ${readingBanner(state)} ${update(state, actions)} ${reminder(state, actions)} ${escrowNews(state, actions)} ${banner(state)} ${props.above ?? nothing}
        <div class="govuk-grid-row">
          <div class=${props.isWide === true ? 'govuk-grid-column-full' : 'govuk-grid-column-two-thirds-from-desktop'}>
            ${props.hasOwnHeading === true ? nothing : heading(props.heading, props.caption)} ${props.body}
          </div>
        </div>
      </main>
    </div>`;
}

/** While data is on its way, or when the address leads to nothing that is here. */
export function loadingView(state: AppState, actions: Actions): TemplateResult {
  if (state.problem !== undefined) {
    return page(state, actions, {
      heading: noticeOf(state, state.problem.code)?.title ?? words.shell.problemTitle,
      back: HOME,
      backText: words.shell.list,
      body: html`${noticeText(noticeOf(state, state.problem.code))}`,
    });
  }
  return page(state, actions, {
    heading: words.shell.loading,
    back: HOME,
    backText: words.shell.list,
    body: nothing,
  });
}

/** The heading takes the focus after each navigation, so that a screen reader begins with it. */
export function heading(text: string, caption?: string): TemplateResult {
  return html`<h1 class="govuk-heading-l" id="page-heading" tabindex="-1">
    ${caption === undefined ? nothing : html`<span class="govuk-caption-l">${caption}</span>`}${text}
  </h1>`;
}

/**
 * On a page that goes on by itself: says the new heading aloud without taking the focus. It stays in the page from step to
 * step, because only a change inside it is announced.
 */
export function goesOn(text: string): TemplateResult {
  return html`<p class="govuk-visually-hidden" role="status">${text}</p>`;
}

function skip(event: Event): void {
  event.preventDefault();
  document.getElementById('main')?.focus();
}

function header(state: AppState, actions: Actions): TemplateResult {
  const isOpen = state.phase.kind === 'open';
  return html`<header class="app-header">
    <div class="govuk-width-container app-header__container">
      <a class="app-header__name" href=${hashOf(HOME)}>${state.appName}</a>
      <div class="app-header__actions">
        ${isOpen
          ? html`<button type="button" class="app-header__button" id="lock" @click=${() => actions.lock()}>${words.shell.lock}</button>`
          : nothing}
        ${button({ text: words.shell.hide, kind: 'secondary', onPress: actions.hide, id: 'hide', describedBy: 'hide-hint' })}
        <span class="govuk-visually-hidden" id="hide-hint">${words.shell.hideHint}</span>
      </div>
    </div>
  </header>`;
}

function navigation(state: AppState): TemplateResult {
  const isOpen = state.phase.kind === 'open';
  const links: readonly { readonly route: Route; readonly text: string }[] = [
    ...(isOpen
      ? [
          { route: HOME, text: words.shell.list },
          ...(state.vaults.isPractice
            ? []
            : [
                { route: { name: 'sync' } as const, text: syncText(state.team) },
                { route: { name: 'team' } as const, text: words.shell.team },
              ]),
          { route: { name: 'storage' } as const, text: words.shell.storage },
        ]
      : []),
    { route: { name: 'emergency' }, text: words.shell.emergency },
    { route: { name: 'about' }, text: words.shell.about },
  ];
  return html`<div class="govuk-service-navigation app-navigation">
    <div class="govuk-width-container">
      <div class="govuk-service-navigation__container">
        <nav aria-label=${words.shell.menu} class="govuk-service-navigation__wrapper">
          <ul class="govuk-service-navigation__list">
            ${links.map((link) => navigationItem(state, link.route, link.text))}
          </ul>
        </nav>
      </div>
    </div>
  </div>`;
}

/** On every page: how much only this device has. Without a team there is nobody to send to. */
function syncText(team: TeamView): string {
  if (!isInTeam(team) || team.sync === undefined) return words.shell.sync;
  const text = words.sync;
  const unsent = unsentCount(team);
  if (team.status?.state === 'waiting') return fill(text.nav, { state: text.navWaiting });
  if (unsent > 0) return fill(text.nav, { state: counted(text.navUnsent, unsent) });
  return fill(text.nav, { state: team.isSyncing ? text.navRunning : text.navAllSent });
}

function navigationItem(state: AppState, route: Route, text: string): TemplateResult {
  const isCurrent = state.route.name === route.name && (state.phase.kind === 'open' || specOf(route.name).access === 'always');
  return html`<li class="govuk-service-navigation__item${isCurrent ? ' govuk-service-navigation__item--active' : ''}">
    <a class="govuk-service-navigation__link" href=${hashOf(route)} aria-current=${isCurrent ? 'page' : nothing}
      >${isCurrent ? html`<strong class="govuk-service-navigation__active-fallback">${text}</strong>` : text}</a
    >
  </li>`;
}

function backLink(props: PageProps): Part {
  if (props.back === undefined) return nothing;
  return html`<nav class="app-back" aria-label=${words.shell.back}>
    <a href=${hashOf(props.back)} class="govuk-back-link">${props.backText ?? words.shell.back}</a>
  </nav>`;
}

function banner(state: AppState): Part {
  const { banner: shown } = state;
  if (shown === undefined) return nothing;
  return notification({
    id: 'banner',
    title: shown.title,
    heading: shown.text,
    isSuccess: shown.kind === 'success',
  });
}
