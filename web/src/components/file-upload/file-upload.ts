/** GOV.UK file upload. The file goes from the control to the action; nothing of it is kept in the page. */
import { html, nothing, type TemplateResult } from 'lit-html';
import { describedBy, groupClass, hintAndError, labelClass, type ControlProps } from '../control.ts';

export interface FileUploadProps extends ControlProps {
  readonly accept?: string | undefined;
}

export function fileUpload(props: FileUploadProps): TemplateResult {
  return html`<div class=${groupClass(props)}>
    <label class=${labelClass(props)} for=${props.id}>${props.label}</label>
    ${hintAndError(props)}
    <input
      class="govuk-file-upload${props.error === undefined ? '' : ' govuk-file-upload--error'}"
      id=${props.id}
      type="file"
      autocomplete="off"
      accept=${props.accept ?? nothing}
      aria-describedby=${describedBy(props)}
    />
  </div>`;
}

/** What was chosen; undefined when nothing was. */
export function chosenFile(id: string): File | undefined {
  const control = document.getElementById(id);
  return control instanceof HTMLInputElement ? (control.files?.[0] ?? undefined) : undefined;
}
