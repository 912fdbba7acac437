/** GOV.UK date input: three boxes. The day box carries the id of the group, so that the error summary can focus it. */
import { html, type TemplateResult } from 'lit-html';
import { live } from 'lit-html/directives/live.js';
import type { DatePart } from '../../state/form.ts';
import { describedBy, groupClass, hintAndError, legendClass, type ControlProps } from '../control.ts';

export interface DateInputProps extends ControlProps {
  readonly day: string;
  readonly month: string;
  readonly year: string;
  readonly onInput: (part: DatePart, text: string) => void;
  readonly onLeave: () => void;
}

const BOXES: readonly { readonly part: DatePart; readonly label: string; readonly width: 2 | 4 }[] = [
  { part: 'day', label: 'Day', width: 2 },
  { part: 'month', label: 'Month', width: 2 },
  { part: 'year', label: 'Year', width: 4 },
];

export function dateInput(props: DateInputProps): TemplateResult {
  return html`<div class=${groupClass(props)}>
    <fieldset class="govuk-fieldset" role="group" aria-describedby=${describedBy(props)}>
      <legend class=${legendClass(props)}>${props.label}</legend>
      ${hintAndError(props)}
      <div class="govuk-date-input">
        ${BOXES.map((box) => dateBox(props, box.part, box.label, box.width))}
      </div>
    </fieldset>
  </div>`;
}

function dateBox(props: DateInputProps, part: DatePart, label: string, width: 2 | 4): TemplateResult {
  const id = part === 'day' ? props.id : `${props.id}-${part}`;
  return html`<div class="govuk-date-input__item">
    <div class="govuk-form-group">
      <label class="govuk-label govuk-date-input__label" for=${id}>${label}</label>
      <input
        class="govuk-input govuk-date-input__input govuk-input--width-${width}${props.error === undefined ? '' : ' govuk-input--error'}"
        id=${id}
        type="text"
        inputmode="numeric"
        maxlength=${width}
        autocomplete="off"
        autocorrect="off"
        spellcheck="false"
        .value=${live(props[part])}
        @input=${(event: Event) => props.onInput(part, (event.target as HTMLInputElement).value)}
        @blur=${() => props.onLeave()}
      />
    </div>
  </div>`;
}
