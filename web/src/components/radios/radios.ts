/**
 * GOV.UK radios. `defaultChecked` follows `checked` after each change: Firefox writes a radio that differs from its default
 * into its session files. The first radio carries the id of the group, so that the error summary can focus it.
 */
import { html, nothing, type TemplateResult } from 'lit-html';
import { live } from 'lit-html/directives/live.js';
import { describedBy, groupClass, hintAndError, legendClass, type ControlProps, type Part } from '../control.ts';

export interface RadioOption {
  readonly value: string;
  readonly label: string;
  readonly hint?: string;
  /** shown below this option while it is chosen */
  readonly below?: Part;
}

export interface RadiosProps extends ControlProps {
  readonly options: readonly RadioOption[];
  readonly value: string;
  readonly onChoose: (value: string) => void;
  readonly isInline?: boolean | undefined;
  readonly isHeadingHidden?: boolean | undefined;
}

export function radios(props: RadiosProps): TemplateResult {
  const hidden = props.isHeadingHidden === true ? ' govuk-visually-hidden' : '';
  return html`<div class=${groupClass(props)}>
    <fieldset class="govuk-fieldset" aria-describedby=${describedBy(props)}>
      <legend class="${legendClass(props)}${hidden}">${props.label}</legend>
      ${hintAndError(props)}
      <div class="govuk-radios${props.isInline === true ? ' govuk-radios--inline' : ''}">
        ${props.options.map((option, index) => radioItem(props, option, index))}
      </div>
    </fieldset>
  </div>`;
}

function radioItem(props: RadiosProps, option: RadioOption, index: number): TemplateResult {
  const id = index === 0 ? props.id : `${props.id}-${index + 1}`;
  const isChosen = option.value === props.value;
  return html`<div class="govuk-radios__item">
      <input
        class="govuk-radios__input"
        id=${id}
        name=${props.id}
        type="radio"
        autocomplete="off"
        value=${option.value}
        aria-describedby=${option.hint === undefined ? nothing : `${id}-item-hint`}
        .defaultChecked=${live(isChosen)}
        .checked=${live(isChosen)}
        @change=${() => props.onChoose(option.value)}
      />
      <label class="govuk-label govuk-radios__label" for=${id}>${option.label}</label>
      ${option.hint === undefined
        ? nothing
        : html`<div id="${id}-item-hint" class="govuk-hint govuk-radios__hint">${option.hint}</div>`}
    </div>
    ${isChosen && option.below !== undefined && option.below !== nothing
      ? html`<div class="govuk-radios__conditional">${option.below}</div>`
      : nothing}`;
}
