/** GOV.UK checkboxes: a set of values. `defaultChecked` follows `checked` for the same reason as with radios. */
import { html, nothing, type TemplateResult } from 'lit-html';
import { live } from 'lit-html/directives/live.js';
import { describedBy, groupClass, hintAndError, legendClass, type ControlProps } from '../control.ts';

export interface CheckboxesProps extends ControlProps {
  readonly options: readonly { readonly value: string; readonly label: string; readonly hint?: string | undefined }[];
  readonly values: readonly string[];
  readonly onChange: (values: readonly string[]) => void;
}

export function checkboxes(props: CheckboxesProps): TemplateResult {
  return html`<div class=${groupClass(props)}>
    <fieldset class="govuk-fieldset" aria-describedby=${describedBy(props)}>
      <legend class=${legendClass(props)}>${props.label}</legend>
      ${hintAndError(props)}
      <div class="govuk-checkboxes">
        ${props.options.map((option, index) =>
          box({
            id: index === 0 ? props.id : `${props.id}-${index + 1}`,
            label: option.label,
            hint: option.hint,
            isChecked: props.values.includes(option.value),
            onChange: (isChecked) => props.onChange(toggled(props.values, option.value, isChecked)),
          }),
        )}
      </div>
    </fieldset>
  </div>`;
}

function toggled(values: readonly string[], value: string, isChecked: boolean): readonly string[] {
  const others = values.filter((each) => each !== value);
  return isChecked ? [...others, value] : others;
}

export interface CheckboxProps extends ControlProps {
  readonly isChecked: boolean;
  readonly onChange: (isChecked: boolean) => void;
}

/** A single yes or no box, without a legend of its own. */
export function checkbox(props: CheckboxProps): TemplateResult {
  return html`<div class=${groupClass(props)}>
    <div class="govuk-checkboxes">${box(props)}</div>
  </div>`;
}

function box(props: CheckboxProps): TemplateResult {
  return html`<div class="govuk-checkboxes__item">
    <input
      class="govuk-checkboxes__input"
      id=${props.id}
      type="checkbox"
      autocomplete="off"
      aria-describedby=${props.hint === undefined ? nothing : `${props.id}-hint`}
      .defaultChecked=${live(props.isChecked)}
      .checked=${live(props.isChecked)}
      @change=${(event: Event) => props.onChange((event.target as HTMLInputElement).checked)}
    />
    <label class="govuk-label govuk-checkboxes__label" for=${props.id}>${props.label}</label>
    ${props.hint === undefined
      ? nothing
      : html`<div id="${props.id}-hint" class="govuk-hint govuk-checkboxes__hint">${props.hint}</div>`}
  </div>`;
}
