/** Above every screen of a vault in which nothing can be saved: why, what is missing, what to do. */
import { html, nothing } from 'lit-html';
import type { AppState } from '../state/model.ts';
import { READING_STATES, type Damage } from '../state/reading.ts';
import { counted, fill, words } from '../app/words.en.ts';
import type { Part } from '../components/control.ts';
import { notification } from '../components/notification/notification.ts';
import { dayAndTime } from './moment.ts';
import { stateNotice } from './problem.ts';

export function readingBanner(state: AppState): Part {
  const { reading, phase } = state;
  if (reading === undefined || phase.kind !== 'open') return nothing;
  const notice = stateNotice(state, READING_STATES[reading.kind]);
  return notification({
    id: 'reading',
    title: words.reading.title,
    heading: notice?.title ?? words.shell.problemTitle,
    text: `${notice?.text ?? ''} ${notice?.wayOn ?? ''}`,
    action: reading.kind === 'damaged' && reading.damage !== undefined ? missing(state, reading.damage) : nothing,
  });
}

function missing(state: AppState, damage: Damage): Part {
  const text = words.reading;
  const names = state.list.rows.filter((row) => damage.unreadable.includes(row.caseId)).map((row) => row.victimName || row.reference);
  const lines = [
    ...(damage.missingSaves > 0 ? [counted(text.missingSaves, damage.missingSaves)] : []),
    ...(damage.newestMs === undefined ? [] : [fill(text.newest, { time: dayAndTime(damage.newestMs) })]),
    ...(damage.unreadableTotal > 0 ? [`${counted(text.unreadable, damage.unreadableTotal)}${names.length === 0 ? '' : `: ${names.join(', ')}`}`] : []),
    ...(damage.isListCut ? [text.listCut] : []),
  ];
  if (lines.length === 0) return nothing;
  return html`<ul class="govuk-list govuk-list--bullet">
    ${lines.map((line) => html`<li>${line}</li>`)}
  </ul>`;
}
