/** What can be decided for about a field: values people wrote, and those the schema allows beside them. */
import { choicesOf, isSame, type Choice, type Conflict } from '../state/conflicts.ts';
import type { AppState } from '../state/model.ts';
import { shapeOf, type FieldShape } from './schema.ts';
import { recordOf } from '../state/case-file.ts';

/** The conflict the page of a field is about; undefined when it was decided. */
export function openConflict(state: AppState): Conflict | undefined {
  const { route, fieldHistory } = state;
  if (route.name !== 'conflict') return undefined;
  return state.conflicts.find((each) => each.recordId === route.recordId && each.field === fieldHistory?.field);
}

export function shapeOnScreen(state: AppState): FieldShape | undefined {
  const { route, file, fieldHistory } = state;
  if (route.name !== 'conflict' || fieldHistory === undefined) return undefined;
  const type = openConflict(state)?.type ?? (file === undefined ? undefined : recordOf(file, route.recordId)?.type);
  return type === undefined ? undefined : shapeOf(type, fieldHistory.field);
}

/** In a conflict its values; afterwards the earlier values, to change the decision back. */
export function choicesToDecide(state: AppState): readonly Choice[] {
  const writes = state.fieldHistory?.writes ?? [];
  const conflict = openConflict(state);
  if (conflict === undefined) {
    const shown = writes.find((each) => each.isShown)?.write;
    return choicesOf(writes.map((each) => each.write)).filter((choice) => shown === undefined || !isSame(choice.value, shown.value));
  }
  const written = choicesOf(conflict.values);
  const shape = shapeOnScreen(state);
  if (shape?.kind !== 'choice' || shape.isFixed) return written;
  const others = shape.values.filter((value) => !written.some((choice) => isSame(choice.value, value)));
  return [...written, ...others.map((value) => ({ key: `c${value}`, value, writes: [] }))];
}

/** Whether another value can be typed: a text that is nobody's id. */
export function canBeTyped(state: AppState): boolean {
  const shape = shapeOnScreen(state);
  return openConflict(state) !== undefined && shape?.kind === 'text' && !shape.isFixed && !shape.isCode;
}

/** None of the values may be right, and another can only be entered where the record is changed. */
export function needsItsPage(state: AppState): boolean {
  const shape = shapeOnScreen(state);
  return shape !== undefined && !shape.isFixed && !canBeTyped(state) && shape.kind !== 'choice' && shape.kind !== 'element';
}

/** Whether there is an earlier value to use again: in a completed document too, where only a decision can have replaced one. */
export function canBeChangedBack(state: AppState): boolean {
  return shapeOnScreen(state) !== undefined && choicesToDecide(state).length > 0;
}
