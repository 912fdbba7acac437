/** A field that differs in words: what it is called, what a value says, who wrote it and when. */
import { html, nothing, type TemplateResult } from 'lit-html';
import type { AppState } from '../../state/model.ts';
import { personName, recordOf, shownFields, type CaseFile } from '../../state/case-file.ts';
import type { Conflict, FieldWrite } from '../../state/conflicts.ts';
import { isObject, member, textOf, textsOf, type Json } from '../../state/json.ts';
import { fill, words } from '../../app/words.en.ts';
import { longDate } from '../../app/dates.ts';
import { shapeOf, type FieldShape } from '../../app/schema.ts';
import { civilDate, clockTime } from '../../platform/clock.ts';
import { tag } from '../../components/tag/tag.ts';
import { answerWithReason, areaTitle, choiceLabel, dateText, datedText, namesOf } from '../words.ts';
import { topicsOf } from '../dash/dash-topics.ts';
import { deviceName } from '../device-name.ts';

const LABELS: Readonly<Record<string, string>> = words.fieldNames;

export function fieldLabel(state: AppState, type: string, path: string): string {
  const [name = ''] = path.split('/');
  const shape = shapeOf(type, path);
  const label = LABELS[`${type}.${name}`] ?? LABELS[name] ?? words.conflicts.unknownField;
  const topic = `${type}.${name}` === 'assessment.answer' ? topicsOf(state).find((each) => each.id === path.split('/')[1]) : undefined;
  if (topic !== undefined) return `${label}: ${topic.number}. ${topic.text}`;
  return shape?.kind === 'element' ? `${label}: ${choiceLabel(state, shape.choice, shape.element)}` : label;
}

/** Which person, incident or part of the case a record is about. */
export function recordLabel(state: AppState, file: CaseFile | undefined, recordId: string, type: string): string {
  const kind = words.draftNames[type as keyof typeof words.draftNames] ?? words.conflicts.unknownRecord;
  if (file === undefined || recordOf(file, recordId) === undefined) return kind;
  const fields = shownFields(file, recordId);
  const detail: Readonly<Record<string, string>> = {
    person: textOf(fields['name']),
    party: personName(file, textOf(fields['person'])),
    safe_contact: personName(file, textOf(fields['person'])),
    incident: [datedText(fields['occurred']), choiceLabel(state, 'incidentType', fields['incidentType'])].filter((text) => text !== '').join(', '),
  };
  const text = detail[type] ?? '';
  return text === '' ? kind : `${kind}: ${text}`;
}

/** Lines that say a value; of one taken away that nothing is recorded. */
export function valueLines(state: AppState, file: CaseFile | undefined, type: string, path: string, value: Json): readonly string[] {
  const shape = shapeOf(type, path);
  if (shape?.kind === 'element') return [value === true ? words.conflicts.elementThere : words.conflicts.elementAway];
  if (value === null) return [words.conflicts.takenAway];
  const lines = linesOf(state, file, shape, value).filter((line) => line !== '');
  return lines.length === 0 ? [words.conflicts.takenAway] : lines;
}

function linesOf(state: AppState, file: CaseFile | undefined, shape: FieldShape | undefined, value: Json): readonly string[] {
  switch (shape?.kind) {
    case 'text':
      return shape.isCode ? [areaTitle(state, value)] : textOf(value).split('\n');
    case 'date':
      return [dateText(value)];
    case 'choice':
      return [choiceLabel(state, shape.choice, value)];
    case 'reference':
      return [file === undefined ? '' : namesOf(file, [textOf(value)]) || words.conflicts.otherPerson];
    case 'references':
      return [file === undefined ? '' : namesOf(file, textsOf(value)) || words.conflicts.otherPerson];
    case 'composite':
      return compositeLines(state, shape.composite, value);
    default:
      return [typeof value === 'string' ? value : JSON.stringify(value)];
  }
}

function compositeLines(state: AppState, composite: string, value: Json): readonly string[] {
  const told = dateText(member(value, 'disclosedOn'));
  switch (composite) {
    case 'birth':
      return [datedText(value)];
    case 'occurrence':
      return [datedText(value), told === '' ? '' : `${words.rows.disclosedOn}: ${told}`];
    case 'address':
      return [...textOf(member(value, 'text')).split('\n'), confidentialText(value)];
    case 'transfer':
      return [
        dateText(member(value, 'movedOn')),
        textOf(member(value, 'fromArea')),
        choiceLabel(state, 'permanence', member(value, 'permanence')),
      ];
    case 'interpreter':
      return [choiceLabel(state, 'yesNoAsked', member(value, 'needed')), textOf(member(value, 'language'))];
    case 'riskAnswer':
      return [choiceLabel(state, 'answer', member(value, 'answer')), choiceLabel(state, 'answerSource', member(value, 'source')), textOf(member(value, 'comment'))];
    case 'planItem':
      return planItemLines(value);
    case 'awareness':
      return answerWithReason(state, value).split('\n');
    default:
      return isObject(value) ? Object.values(value).map((each) => (typeof each === 'string' ? each : JSON.stringify(each))) : [];
  }
}

function planItemLines(value: Json): readonly string[] {
  const who = textOf(member(value, 'who'));
  return [
    textOf(member(value, 'text')),
    member(value, 'agreed') === true ? words.plan.agreed : '',
    who === '' ? '' : fill(words.plan.who, { who }),
    dateText(member(value, 'by')),
    member(value, 'safeToShare') === true ? words.plan.shared : '',
  ];
}

function confidentialText(value: Json): string {
  const isConfidential = member(value, 'confidential');
  if (isConfidential === true) return words.conflicts.confidential;
  return isConfidential === false ? words.conflicts.notConfidential : '';
}

/** you: the word for the person of this device, which begins a line or stands inside a sentence. */
export function whoText(write: FieldWrite, you: string = words.conflicts.you): string {
  const name = write.personName === '' ? words.conflicts.colleague : write.personName;
  const who = write.isYou ? you : name;
  const at = `${longDate(civilDate(write.timeMs))}, ${clockTime(write.timeMs)}`;
  const device = write.isYou && write.deviceLabel === '' ? words.conflicts.thisDevice : deviceName(write.deviceLabel);
  const text = device === '' ? fill(words.conflicts.who, { who, at }) : fill(words.conflicts.whoOnDevice, { who, at, device });
  return write.isClockWrong ? `${text}. ${words.conflicts.clockWrong}` : text;
}

/** Who wrote it, when, on which device, and why. */
export function writeNote(write: FieldWrite): TemplateResult {
  return html`<span class="app-line govuk-hint">${whoText(write)}</span>
    ${write.reason === '' ? nothing : html`<span class="app-line govuk-hint">${fill(words.conflicts.reasonGiven, { reason: write.reason })}</span>`}`;
}

/** A record that was re-opened is shown although its newest state says hidden: of that field nothing is "shown now". */
export function shownText(field: string): string {
  return field === 'state' ? words.conflicts.standsBeside : words.conflicts.shownNow;
}

export function standingText(mergeClass: string): string {
  return words.standings[mergeClass as keyof typeof words.standings] ?? words.standings.R;
}

export function conflictTag(conflict: Conflict): TemplateResult {
  return tag(standingText(conflict.mergeClass), conflict.mergeClass === 'S' ? 'orange' : 'yellow');
}
