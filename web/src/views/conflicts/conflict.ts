/** One field: every value with who and when, a decision with its reason, and the history of the field. */
import { html, nothing, type TemplateResult } from 'lit-html';
import type { AppState } from '../../state/model.ts';
import { recordOf, type CaseFile } from '../../state/case-file.ts';
import { OTHER_CHOICE, overrulerOf, type Choice, type Decision, type FieldHistory, type HistoryWrite } from '../../state/conflicts.ts';
import { isOnlyRead } from '../../state/reading.ts';
import type { Actions } from '../actions.ts';
import type { RouteFor } from '../route-of.ts';
import { canBeChangedBack, canBeTyped, choicesToDecide, needsItsPage, openConflict } from '../../app/conflict-choices.ts';
import { fill, words } from '../../app/words.en.ts';
import { hashOf } from '../../state/routes.ts';
import { button } from '../../components/button/button.ts';
import type { Part } from '../../components/control.ts';
import { errorSummary } from '../../components/error-summary/error-summary.ts';
import { radios, type RadioOption } from '../../components/radios/radios.ts';
import { summaryList } from '../../components/summary-list/summary-list.ts';
import { textarea } from '../../components/textarea/textarea.ts';
import { textInput } from '../../components/text-input/text-input.ts';
import { deviceName } from '../device-name.ts';
import { formOf } from '../fields.ts';
import { page } from '../shell/shell.ts';
import { problemSummary } from '../problem.ts';
import { conflictTag, fieldLabel, recordLabel, shownText, valueLines, whoText, writeNote } from './value.ts';

const IDS = { choice: 'decision', text: 'decision-other', reason: 'decision-reason' } as const;

export function conflictView(state: AppState, actions: Actions, route: RouteFor<'conflict'>): TemplateResult {
  const { file, fieldHistory } = state;
  const conflict = openConflict(state);
  const type = conflict?.type ?? (file === undefined ? '' : (recordOf(file, route.recordId)?.type ?? ''));
  const { caseId, recordId } = route;
  const back = conflict === undefined ? ({ name: 'record-history', caseId, recordId } as const) : ({ name: 'case-conflicts', caseId } as const);
  return page(state, actions, {
    heading: fieldHistory === undefined ? words.conflicts.unknownField : fieldLabel(state, type, fieldHistory.field),
    caption: recordLabel(state, file, route.recordId, type),
    back,
    backText: conflict === undefined ? words.conflicts.recordTitle : words.conflicts.title,
    above: above(state),
    body:
      fieldHistory === undefined
        ? nothing
        : html`${conflict === undefined ? html`<p class="govuk-body">${words.conflicts.settled}</p>` : standing(conflict.mergeClass, conflictTag(conflict))}
            ${canBeKept(state) && (conflict !== undefined || canBeChangedBack(state)) ? decisionForm(state, actions, file, type, fieldHistory.field) : nothing}
            ${historySection(state, file, type, fieldHistory)}
            <p class="govuk-body"><a class="govuk-link" href=${hashOf({ name: 'case', caseId: route.caseId })}>${words.conflicts.toCase}</a></p>`,
  });
}

/** Without room, or where only is read, nothing is decided: what is there can be read. */
function canBeKept({ problem, reading }: AppState): boolean {
  return problem?.code !== 'no_room' && !isOnlyRead(reading);
}

function standing(mergeClass: string, mark: TemplateResult): TemplateResult {
  const text = words.standingTexts[mergeClass as keyof typeof words.standingTexts] ?? words.standingTexts.R;
  return html`<p class="govuk-body">${mark}</p>
    <p class="govuk-body">${text}</p>`;
}

function above(state: AppState): Part {
  if (state.problem !== undefined) return problemSummary(state, state.problem);
  const { missing } = state.decision;
  if (missing.length === 0) return nothing;
  return errorSummary({
    title: words.shell.problemTitle,
    errors: missing.map((what) => ({ message: words.conflicts.missing[what], controlId: IDS[what] })),
  });
}

function decisionForm(state: AppState, actions: Actions, file: CaseFile | undefined, type: string, field: string): TemplateResult {
  const { decision } = state;
  const isOpen = openConflict(state) !== undefined;
  const error = (what: keyof typeof IDS): string | undefined => (decision.missing.includes(what) ? words.conflicts.missing[what] : undefined);
  const options = choicesToDecide(state).map((choice) => optionOf(state, file, type, field, choice));
  return formOf(
    actions.decide,
    html`${radios({
        id: IDS.choice,
        label: isOpen ? words.conflicts.question : words.conflicts.changeBack,
        size: 'm',
        error: error('choice'),
        options: canBeTyped(state) ? [...options, otherOption(state, decision, actions, error('text'))] : options,
        value: decision.choice,
        onChoose: (choice) => actions.changeDecision({ choice }),
      })}
      ${isOpen && needsItsPage(state) ? html`<p class="govuk-hint">${words.conflicts.neither}</p>` : nothing}
      ${textarea({
        id: IDS.reason,
        label: words.conflicts.reason,
        hint: words.conflicts.reasonHint,
        error: error('reason'),
        rows: 3,
        value: decision.reason,
        onInput: (reason) => actions.changeDecision({ reason }),
      })}
      ${button({ text: isOpen ? words.conflicts.save : words.conflicts.saveBack, isSubmit: true, isWaiting: state.isBusy })}`,
  );
}

function optionOf(state: AppState, file: CaseFile | undefined, type: string, field: string, choice: Choice): RadioOption {
  const label = valueLines(state, file, type, field, choice.value).join(', ');
  const notes = choice.writes.map((write) => [whoText(write), write.reason].filter((text) => text !== '').join('. '));
  return { value: choice.key, label, ...(notes.length === 0 ? {} : { hint: notes.join('; ') }) };
}

/** A text that holds several paragraphs gets room for them. */
function otherOption(state: AppState, decision: Decision, actions: Actions, error: string | undefined): RadioOption {
  const props = { id: IDS.text, label: words.conflicts.otherLabel, error, value: decision.text, onInput: (text: string) => actions.changeDecision({ text }) };
  const isLong = openConflict(state)?.mergeClass === 'N';
  return { value: OTHER_CHOICE, label: words.conflicts.other, below: isLong ? textarea({ ...props, rows: 8 }) : textInput(props) };
}

function historySection(state: AppState, file: CaseFile | undefined, type: string, history: FieldHistory): TemplateResult {
  return html`<h2 class="govuk-heading-m">${words.conflicts.historyTitle}</h2>
    ${summaryList({
      emptyText: words.conflicts.takenAway,
      rows: history.writes.map((each) => ({
        key: placeOf(each, history.field),
        value: html`${valueLines(state, file, type, history.field, each.write.value).map((line) => html`<span class="app-line">${line}</span>`)}
        ${writeNote(each.write)} ${formerNote(each)} ${overruledNote(history, each)}`,
      })),
    })}
    ${history.writes.length === 0 ? html`<p class="govuk-body">${words.conflicts.historyNone}</p>` : nothing}
    ${history.isCut ? html`<p class="govuk-body">${words.conflicts.historyCut}</p>` : nothing}`;
}

/** Who put another value in its place, when, and why. */
function overruledNote(history: FieldHistory, each: HistoryWrite): Part {
  const overruler = overrulerOf(history, each);
  if (overruler === undefined) return nothing;
  const isOther = overruler.deviceId !== each.write.deviceId;
  const text = fill(isOther ? words.conflicts.overruledBy : words.conflicts.changedBy, { who: whoText(overruler, words.conflicts.youInside) });
  const reason = overruler.reason === '' ? nothing : html`<span class="app-line govuk-hint">${fill(words.conflicts.reasonGiven, { reason: overruler.reason })}</span>`;
  return html`<span class="app-line govuk-hint">${text}</span>${reason}`;
}

/** A notebook that was restored, or became another device, sent again what it had written. */
function formerNote(each: HistoryWrite): Part {
  if (each.adoptedFrom === undefined) return nothing;
  const device = deviceName(each.formerDeviceLabel ?? '');
  return html`<span class="app-line govuk-hint">${device === '' ? words.conflicts.adopted : fill(words.conflicts.adoptedFrom, { device })}</span>`;
}

function placeOf(each: HistoryWrite, field: string): string {
  if (each.isShown) return shownText(field);
  return each.isCurrent ? words.conflicts.standsBeside : words.conflicts.replaced;
}
