/** What completion would still refuse, each gap with the way to the place where it is filled in. */
import { html, nothing } from 'lit-html';
import type { AppState, Gap } from '../state/model.ts';
import type { Route } from '../state/routes.ts';
import type { Actions, DocumentType } from './actions.ts';
import { fill, words } from '../app/words.en.ts';
import type { Part } from '../components/control.ts';
import { errorLine, errorSummary, type SummaryError } from '../components/error-summary/error-summary.ts';

export interface GapsProps {
  readonly type: DocumentType;
  /** the screen on which a field is filled in */
  readonly place: (field: string, key: string) => Route;
  readonly ready: string;
}

/** Above the heading once completing was refused: an error summary that takes the focus. */
export function refusedGaps(state: AppState, actions: Actions, props: GapsProps): Part {
  return state.isGapsRefused ? gapsList(state, actions, props) : nothing;
}

/** In the page before that: what is left to do, without alarm. */
export function openGaps(state: AppState, actions: Actions, props: GapsProps): Part {
  if (state.isGapsRefused || state.gaps === undefined) return nothing;
  return state.gaps.length === 0 ? html`<p class="govuk-body">${props.ready}</p>` : gapsList(state, actions, props);
}

/** One line per field; topics without an answer are one line together, which leads to the first of them. */
function gapsList(state: AppState, actions: Actions, props: GapsProps): Part {
  const { gaps } = state;
  if (gaps === undefined) return nothing;
  if (gaps.length === 0) return nothing;
  const unanswered = gaps.filter((gap) => keyOf(gap) !== '');
  const others = gaps.filter((gap) => keyOf(gap) === '');
  const line = (gap: Gap, message: string): SummaryError => ({
    message,
    onFollow: () => actions.go(props.place(fieldOf(gap), keyOf(gap))),
  });
  const [first] = unanswered;
  const errors = [
    ...(first === undefined ? [] : [line(first, fill(words.dash.gapTopics, { count: unanswered.length }))]),
    ...others.map((gap) => line(gap, gapText(state, props.type, gap))),
  ];
  if (state.isGapsRefused) return errorSummary({ title: words.shell.problemTitle, text: [words.dash.gapsText], errors });
  return html`<h2 class="govuk-heading-m">${words.dash.gapsTitle}</h2>
    <ul class="govuk-list app-gaps">
      ${errors.map((error) => html`<li>${errorLine(error)}</li>`)}
    </ul>`;
}

/** A gap names a field of schema.json, with `/key` for a keyed one. */
export function fieldOf(gap: Gap): string {
  return gap.field.split(/[/.]/)[0] ?? gap.field;
}

export function keyOf(gap: Gap): string {
  return gap.field.includes('/') ? gap.field.slice(gap.field.indexOf('/') + 1) : '';
}

function gapText(state: AppState, type: DocumentType, gap: Gap): string {
  const { errors } = state.content;
  return errors?.gapFields[type]?.[fieldOf(gap)] ?? errors?.gaps[gap.code] ?? words.errors.requiredAny;
}
