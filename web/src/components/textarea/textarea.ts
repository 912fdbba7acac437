/** GOV.UK textarea, with the same protection of typed text as the text input. */
import { html, type TemplateResult } from 'lit-html';
import { live } from 'lit-html/directives/live.js';
import { describedBy, groupClass, hintAndError, labelClass, type ControlProps } from '../control.ts';

export interface TextareaProps extends ControlProps {
  readonly value: string;
  readonly rows?: number | undefined;
  readonly className?: string | undefined;
  readonly onInput: (text: string) => void;
  readonly onLeave?: () => void;
}

export function textarea(props: TextareaProps): TemplateResult {
  return html`<div class=${groupClass(props)}>
    <label class=${labelClass(props)} for=${props.id}>${props.label}</label>
    ${hintAndError(props)}
    <textarea
      class="govuk-textarea ${props.className ?? ''}${props.error === undefined ? '' : ' govuk-textarea--error'}"
      id=${props.id}
      rows=${props.rows ?? 4}
      autocomplete="off"
      autocorrect="off"
      spellcheck="false"
      aria-describedby=${describedBy(props)}
      .value=${live(props.value)}
      @input=${(event: Event) => props.onInput((event.target as HTMLTextAreaElement).value)}
      @blur=${() => props.onLeave?.()}
    ></textarea>
  </div>`;
}
