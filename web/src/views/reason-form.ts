/** A page with one written reason. The text lives in its box until it is sent; an empty one is asked for again. */
import { html, type TemplateResult } from 'lit-html';
import { button } from '../components/button/button.ts';
import { formOf } from './fields.ts';

export interface ReasonFormProps {
  readonly id: string;
  readonly label: string;
  readonly hint: string;
  readonly buttonText: string;
  readonly missing: string;
  readonly isWarning?: boolean;
  readonly isWaiting: boolean;
  readonly onReason: (reason: string) => void;
}

export function reasonForm(props: ReasonFormProps): TemplateResult {
  return formOf(
    () => submit(props),
    html`<div class="govuk-form-group" id="${props.id}-group">
        <label class="govuk-label govuk-label--s" for=${props.id}>${props.label}</label>
        <div id="${props.id}-hint" class="govuk-hint">${props.hint}</div>
        <p id="${props.id}-error" class="govuk-error-message" role="alert" hidden>${props.missing}</p>
        <textarea
          class="govuk-textarea"
          id=${props.id}
          rows="4"
          autocomplete="off"
          autocorrect="off"
          spellcheck="false"
          aria-describedby="${props.id}-hint ${props.id}-error"
        ></textarea>
      </div>
      ${button({ text: props.buttonText, isSubmit: true, isWaiting: props.isWaiting, kind: props.isWarning === true ? 'warning' : 'primary' })}`,
  );
}

function submit(props: ReasonFormProps): void {
  const box = document.getElementById(props.id);
  if (!(box instanceof HTMLTextAreaElement)) return;
  const isMissing = box.value.trim() === '';
  document.getElementById(`${props.id}-error`)?.toggleAttribute('hidden', !isMissing);
  document.getElementById(`${props.id}-group`)?.classList.toggle('govuk-form-group--error', isMissing);
  if (isMissing) box.focus();
  else props.onReason(box.value.trim());
}
