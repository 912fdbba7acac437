/** What says on other pages that something differs: a banner with the way to it, and a mark beside a value. */
import { html, nothing, type TemplateResult } from 'lit-html';
import type { AppState } from '../../state/model.ts';
import type { Conflict } from '../../state/conflicts.ts';
import { fieldStep } from '../../state/conflicts.ts';
import { counted, words } from '../../app/words.en.ts';
import { hashOf } from '../../state/routes.ts';
import type { Part } from '../../components/control.ts';
import { notification } from '../../components/notification/notification.ts';
import { conflictTag, fieldLabel, recordLabel, standingText } from './value.ts';

/** Record types that rest on others, as the core names them in `usedBy`. */
type RestingDocument = 'assessment' | 'evaluation' | 'referral';

export function conflictAddress(conflict: Pick<Conflict, 'caseId' | 'recordId' | 'field'>): string {
  const { caseId, recordId, field } = conflict;
  return hashOf({ name: 'conflict', caseId, recordId, step: fieldStep(recordId, field) });
}

/** On the page of a case: how many things differ, and the way to them. */
export function differsBanner(state: AppState, caseId: string): Part {
  if (state.conflicts.length === 0) return nothing;
  return notification({
    id: 'differs',
    title: words.conflicts.noticeTitle,
    heading: counted(words.conflicts.notice, state.conflicts.length),
    text: state.conflicts.some((each) => each.mergeClass === 'S') ? words.conflicts.noticeSafety : words.conflicts.noticeText,
    action: html`<a class="govuk-notification-banner__link" href=${hashOf({ name: 'case-conflicts', caseId })}>${words.conflicts.see}</a>`,
  });
}

/** On a result, a document or its paper: what it rests on and is not settled, by name. Paper leads nowhere, so it says it all. */
export function restsOnConflicts(state: AppState, document: RestingDocument, caseId: string): Part {
  const conflicts = state.conflicts.filter((each) => each.usedBy.includes(document));
  if (conflicts.length === 0) return nothing;
  return html`<div class="govuk-inset-text" id="rests-on">
    <p class="govuk-body">${counted(words.conflicts.restsOn, conflicts.length)}</p>
    <ul class="govuk-list govuk-list--bullet">
      ${conflicts.map((each) => html`<li>${fieldLabel(state, each.type, each.field)}, ${recordLabel(state, state.file, each.recordId, each.type)}: ${standingText(each.mergeClass)}</li>`)}
    </ul>
    ${conflicts.some((each) => each.mergeClass === 'S') ? html`<p class="govuk-body">${words.conflicts.noticeSafety}</p>` : nothing}
    <a class="govuk-link app-no-print" href=${hashOf({ name: 'case-conflicts', caseId })}>${words.conflicts.see}</a>
  </div>`;
}

/** Beside a value: how it stands, as a link to deciding about it. */
export function fieldMark(state: AppState, recordId: string, field: string, label: string): TemplateResult | undefined {
  const conflict = state.conflicts.find((each) => each.recordId === recordId && each.field.split('/')[0] === field);
  if (conflict === undefined) return undefined;
  return html`<a class="govuk-link" href=${conflictAddress(conflict)}>${conflictTag(conflict)}<span class="govuk-visually-hidden"> ${label}</span></a>`;
}

/** At the head of a record: fields of it that have no line of their own on the page. */
export function recordMarks(state: AppState, recordId: string, fields: readonly string[]): Part {
  const conflicts = state.conflicts.filter((each) => each.recordId === recordId && fields.includes(each.field.split('/')[0] ?? ''));
  return conflicts.length === 0 ? nothing : html`${conflicts.map((each) => conflictTag(each))}`;
}
