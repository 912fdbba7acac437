/**
 * Says truly whether what was typed is on this device. A polite live region that is always in the page, so that a
 * change is announced without taking the focus. The words change only between waiting, saved and not saved.
 */
import { html, nothing, type TemplateResult } from 'lit-html';
import type { Notice } from '../../state/content.ts';
import type { SaveState } from '../../state/model.ts';
import { words } from '../../app/words.en.ts';

export interface SavedStateProps {
  readonly save: SaveState;
  readonly hasHeld: boolean;
  /** why it is not saved, and a way on */
  readonly notice: Notice | undefined;
  readonly retryText: string;
  readonly onRetry: () => void;
}

export function savedState(props: SavedStateProps): TemplateResult {
  const { save } = props;
  const kind = save.kind === 'failed' ? 'failed' : props.hasHeld ? 'held' : save.kind;
  return html`<div class="app-saved app-saved--${kind}" role="status" aria-live="polite">
    ${kind === 'idle' ? nothing : html`<span class="app-saved__text">${text(kind)}</span>`}
    ${kind === 'failed'
      ? html`${props.notice === undefined ? nothing : html`<span>${props.notice.text} ${props.notice.wayOn}</span>`}
          <button type="button" class="app-link-button" @click=${() => props.onRetry()}>${props.retryText}</button>`
      : nothing}
  </div>`;
}

function text(kind: 'saving' | 'saved' | 'failed' | 'held'): string {
  return kind === 'held' ? `${words.save.held}. ${words.save.heldText}.` : words.save[kind];
}
