/** Deciding about a field: one of the values, or another, with a reason. Undoing a decision is another decision. */
import { NO_DECISION, OTHER_CHOICE, isSame, type Decision, type FieldHistory, type FieldWrite } from '../state/conflicts.ts';
import type { JsonObject } from '../state/json.ts';
import type { AppContext } from './context.ts';
import { busy, callOrShow } from './context.ts';
import { typedValue } from './conflict-data.ts';
import { choicesToDecide, openConflict } from './conflict-choices.ts';
import type { Navigator } from './navigation.ts';
import { words } from './words.en.ts';

export interface ConflictActions {
  readonly changeDecision: (change: Partial<Decision>) => void;
  readonly decide: () => void;
}

export function createConflictActions(context: AppContext, navigator: Navigator): ConflictActions {
  const { store, platform } = context;

  function missing(decision: Decision): Decision['missing'] {
    return [
      ...(decision.choice === '' ? (['choice'] as const) : []),
      ...(decision.choice === OTHER_CHOICE && decision.text.trim() === '' ? (['text'] as const) : []),
      ...(decision.reason.trim() === '' ? (['reason'] as const) : []),
    ];
  }

  async function decide(): Promise<void> {
    const { route, fieldHistory, decision, conflicts } = store.state();
    if (route.name !== 'conflict' || fieldHistory === undefined) return;
    const lacking = missing(decision);
    store.dispatch({ kind: 'decision', decision: { ...decision, missing: lacking } });
    if (lacking.length > 0) {
      store.dispatch({ kind: 'focus', target: 'errors' });
      return;
    }
    const choice = choicesToDecide(store.state()).find((each) => each.key === decision.choice);
    const reply = await callOrShow(context, 'conflict.resolve', {
      mutationId: platform.newId(), timeMs: platform.nowMs(), caseId: route.caseId, recordId: route.recordId,
      field: fieldHistory.field, reason: decision.reason.trim(),
      ...target(openConflict(store.state())?.values ?? currentWrites(fieldHistory), choice?.writes[0], choice === undefined ? typedValue(decision.text) : choice.value),
    });
    if (reply === undefined) return;
    const left = conflicts.filter((each) => !(each.recordId === route.recordId && each.field === fieldHistory.field)).length;
    await navigator.reopen();
    store.dispatch({ kind: 'decision', decision: NO_DECISION });
    store.dispatch({ kind: 'banner', banner: { kind: 'success', title: words.shell.success, text: left === 0 ? words.conflicts.decidedLast : words.conflicts.decided } });
  }

  return {
    changeDecision: (change) => store.dispatch({ kind: 'decision', decision: { ...store.state().decision, missing: [], ...change } }),
    decide: () => void busy(context, decide),
  };
}

function currentWrites(history: FieldHistory): readonly FieldWrite[] {
  return history.writes.filter((each) => each.isCurrent).map((each) => each.write);
}

/** What was seen on the page, and which of it was chosen; a value nobody wrote goes as itself. */
function target(current: readonly FieldWrite[], chosen: FieldWrite | undefined, value: JsonObject[string]): JsonObject {
  const among = chosen === undefined ? -1 : current.findIndex((write) => isSame(write.value, chosen.value));
  const seen = chosen === undefined || among >= 0 ? current : [...current, chosen];
  const names = seen.map(({ deviceId, sequence }) => ({ deviceId, sequence }));
  if (chosen === undefined) return { seen: names, value };
  return { seen: names, chosen: among >= 0 ? among : names.length - 1 };
}
