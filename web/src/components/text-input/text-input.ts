/**
 * GOV.UK text input. `autocomplete=off` on the control itself keeps browsers from writing what is typed into their
 * session files; `spellcheck=false` keeps it from being sent to a spelling service.
 */
import { html, nothing, type TemplateResult } from 'lit-html';
import { live } from 'lit-html/directives/live.js';
import { describedBy, groupClass, hintAndError, labelClass, type ControlProps } from '../control.ts';

export interface TextInputProps extends ControlProps {
  readonly value: string;
  readonly onInput: (text: string) => void;
  readonly onLeave?: () => void;
  readonly width?: 2 | 4 | 10 | 20 | undefined;
  readonly inputMode?: 'numeric' | 'tel' | 'search' | undefined;
}

export function textInput(props: TextInputProps): TemplateResult {
  const width = props.width === undefined ? '' : ` govuk-input--width-${props.width}`;
  return html`<div class=${groupClass(props)}>
    <label class=${labelClass(props)} for=${props.id}>${props.label}</label>
    ${hintAndError(props)}
    <input
      class="govuk-input${width}${props.error === undefined ? '' : ' govuk-input--error'}"
      id=${props.id}
      type="text"
      inputmode=${props.inputMode ?? nothing}
      autocomplete="off"
      autocorrect="off"
      spellcheck="false"
      aria-describedby=${describedBy(props)}
      .value=${live(props.value)}
      @input=${(event: Event) => props.onInput((event.target as HTMLInputElement).value)}
      @blur=${() => props.onLeave?.()}
    />
  </div>`;
}
