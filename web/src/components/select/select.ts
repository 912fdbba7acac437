/** GOV.UK select, for long lists only. The first option stands for no choice. */
import { html, type TemplateResult } from 'lit-html';
import { describedBy, groupClass, hintAndError, labelClass, type ControlProps } from '../control.ts';

export interface SelectProps extends ControlProps {
  readonly options: readonly { readonly value: string; readonly label: string }[];
  readonly value: string;
  readonly noneLabel: string;
  readonly onChoose: (value: string) => void;
}

export function select(props: SelectProps): TemplateResult {
  return html`<div class=${groupClass(props)}>
    <label class=${labelClass(props)} for=${props.id}>${props.label}</label>
    ${hintAndError(props)}
    <select
      class="govuk-select"
      id=${props.id}
      autocomplete="off"
      aria-describedby=${describedBy(props)}
      @change=${(event: Event) => props.onChoose((event.target as HTMLSelectElement).value)}
    >
      ${[{ value: '', label: props.noneLabel }, ...props.options].map(
        (option) => html`<option
          value=${option.value}
          .defaultSelected=${option.value === props.value}
          .selected=${option.value === props.value}
        >${option.label}</option>`,
      )}
    </select>
  </div>`;
}
