/** What opens this vault, and changing it. */
import { html, nothing, type TemplateResult } from 'lit-html';
import type { AppState, CoreError } from '../../state/model.ts';
import type { SlotRow } from '../../state/keys.ts';
import { hashOf, type RouteName } from '../../state/routes.ts';
import type { Actions } from '../actions.ts';
import { fill, words } from '../../app/words.en.ts';
import { longDate } from '../../app/dates.ts';
import { civilDate } from '../../platform/clock.ts';
import { button, buttonGroup, buttonLink } from '../../components/button/button.ts';
import type { Part } from '../../components/control.ts';
import { summaryList, type SummaryRow } from '../../components/summary-list/summary-list.ts';
import { problemSummary } from '../problem.ts';
import { page } from '../shell/shell.ts';
import { distressSection } from './key-distress.ts';
import { passkeySection } from './key-passkey.ts';
import { keyErrors } from './words-steps.ts';

export function keysView(state: AppState, actions: Actions): TemplateResult {
  const text = words.keys;
  const { slots, removing } = state.keys;
  /* A distress phrase is not for the eyes of whoever looks over a shoulder. */
  const shown = slots.filter((slot) => slot.type !== 'distress');
  const hasRecovery = shown.some((slot) => slot.type === 'recovery');
  return page(state, actions, {
    heading: text.title,
    back: { name: 'storage' },
    backText: words.shell.storage,
    above: state.problem === undefined ? keyErrors(state) : problemSummary(state, state.problem),
    body: html`<p class="govuk-body">${text.lead}</p>
      ${summaryList({ rows: [...shown.map((slot) => ({ key: text.types[slot.type], value: slotValue(slot) })), ...settingRows(state)], emptyText: words.shell.notRecorded })}
      <p class="govuk-body">${text.settingText}</p>
      <h2 class="govuk-heading-m">${text.types.passphrase}</h2>
      <p class="govuk-body">${text.changeText}</p>
      ${buttonLink(text.change, hashOf({ name: 'key-words' }), 'secondary')}
      <h2 class="govuk-heading-m">${text.types.recovery}</h2>
      <p class="govuk-body">${text.recoveryText}</p>
      ${buttonLink(hasRecovery ? text.recoveryNew : text.recoveryMake, hashOf({ name: 'key-recovery' }), 'secondary')}
      ${escrowSection(state)} ${passkeySection(state)} ${distressSection(state)}
      ${removable(shown).length === 0
        ? nothing
        : html`<h2 class="govuk-heading-m">${text.removeTitle}</h2>
            ${removing === undefined ? removeButtons(removable(shown), actions) : askRemoval(state, actions)}`}`,
  });
}

/** Who else can open it, in plain words; nothing in an agency without such a key. */
function escrowSection({ team: { escrow } }: AppState): Part {
  if (escrow?.hasKey !== true) return nothing;
  const text = words.escrow;
  const why = escrow.problem === 'no-slot' ? text.noRoom : text.later;
  return html`<h2 class="govuk-heading-m">${text.title}</h2>
    ${escrow.isHeld
      ? html`<p class="govuk-body">${text.text}</p>
          <p class="govuk-body">${text.who}</p>
          <p class="govuk-body">${text.copy}</p>`
      : html`<p class="govuk-body">${text.notHeld} ${why}</p>`}`;
}

const CHANGES: ReadonlySet<RouteName> = new Set<RouteName>(['key-words', 'key-passkey', 'key-recovery', 'key-distress']);

export function isKeyChange(name: RouteName): boolean {
  return CHANGES.has(name);
}

/** In place of such a page when it cannot be begun: what is in the way, and the way back. */
export function noKeyChangeView(state: AppState, actions: Actions, problem: CoreError): TemplateResult {
  const text = words.keys.title;
  return page(state, actions, { heading: text, back: { name: 'keys' }, backText: text, above: problemSummary(state, problem), body: nothing });
}

function slotValue({ madeMs, isOpenedWith }: SlotRow): string {
  const since = fill(words.keys.since, { date: longDate(civilDate(madeMs)) });
  return isOpenedWith ? `${since}\n${words.keys.openedWith}` : since;
}

const MIDDLE_KIB = 128 * 1024;

function settingRows({ keys: { memoryKib } }: AppState): readonly SummaryRow[] {
  if (memoryKib === undefined) return [];
  const { setting, settings } = words.keys;
  return [{ key: setting, value: memoryKib < MIDDLE_KIB ? settings.small : memoryKib === MIDDLE_KIB ? settings.middle : settings.large }];
}

/**
 * What opened the vault stays: it is changed, not taken away. A passkey can go while the passphrase opens alone; beside a passkey
 * the passphrase is let go on a page of its own, with what has to be thought of first. The agency's key is the agency's.
 */
function removable(slots: readonly SlotRow[]): readonly SlotRow[] {
  const has = (type: SlotRow['type']): boolean => slots.some((slot) => slot.type === type);
  return slots.filter((slot) => {
    if (slot.type === 'escrow') return false;
    if (slot.type === 'both' && has('passphrase')) return true;
    return !slot.isOpenedWith && !(slot.type === 'passphrase' && has('both'));
  });
}

function removeButtons(slots: readonly SlotRow[], actions: Actions): TemplateResult {
  return html`<p class="govuk-body">${words.keys.removeText}</p>
    ${buttonGroup(
      ...slots.map((slot) =>
        button({
          text: fill(words.keys.remove, { what: words.keys.types[slot.type], date: longDate(civilDate(slot.madeMs)) }),
          kind: 'secondary',
          onPress: () => actions.askToRemoveKey(slot.slotIndex),
        }),
      ),
    )}`;
}

function askRemoval(state: AppState, actions: Actions): Part {
  const slot = state.keys.slots.find((each) => each.slotIndex === state.keys.removing);
  if (slot === undefined) return nothing;
  const text = words.keys;
  return html`<p class="govuk-body govuk-!-font-weight-bold" id="remove-key" tabindex="-1">
      ${fill(text.removeAsk, { what: text.types[slot.type], date: longDate(civilDate(slot.madeMs)) })}
    </p>
    <p class="govuk-body">${text.copiesText}</p>
    ${buttonGroup(
      button({ text: text.removeButton, kind: 'warning', onPress: actions.removeKey, isWaiting: state.isBusy }),
      button({ text: text.removeKeep, kind: 'secondary', onPress: () => actions.askToRemoveKey(undefined) }),
    )}`;
}
