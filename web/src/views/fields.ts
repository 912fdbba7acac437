/** Binds controls to fields of the form on screen. One function per kind of control; every view uses these and no other. */
import { html, type TemplateResult } from 'lit-html';
import type { AppState } from '../state/model.ts';
import { controlId, dateBox, hasHeld, valueOf, type FieldRef, type FormState } from '../state/form.ts';
import { textOf, textsOf } from '../state/json.ts';
import { choiceLabels } from './words.ts';
import { noticeOf } from './problem.ts';
import type { Actions } from './actions.ts';
import type { Part } from '../components/control.ts';
import { checkbox, checkboxes } from '../components/checkboxes/checkboxes.ts';
import { dateInput } from '../components/date-input/date-input.ts';
import { radios, type RadioOption } from '../components/radios/radios.ts';
import { savedState } from '../components/saved-state/saved-state.ts';
import { select } from '../components/select/select.ts';
import { textarea } from '../components/textarea/textarea.ts';
import { textInput, type TextInputProps } from '../components/text-input/text-input.ts';
import { fill, words } from '../app/words.en.ts';

export interface FieldProps {
  readonly label: string;
  readonly hint?: string | undefined;
  readonly size?: 's' | 'm' | 'l' | undefined;
}

export interface Fields {
  readonly text: (ref: FieldRef, props: FieldProps & Pick<TextInputProps, 'width' | 'inputMode'>) => TemplateResult;
  readonly area: (ref: FieldRef, props: FieldProps & { readonly rows?: number }) => TemplateResult;
  readonly date: (ref: FieldRef, props: FieldProps) => TemplateResult;
  readonly radios: (ref: FieldRef, props: FieldProps & RadioChoice) => TemplateResult;
  readonly select: (ref: FieldRef, props: FieldProps & { readonly options: readonly RadioOption[]; readonly noneLabel: string }) => TemplateResult;
  readonly set: (ref: FieldRef, props: FieldProps & { readonly options: readonly RadioOption[] }) => TemplateResult;
  readonly box: (ref: FieldRef, props: FieldProps) => TemplateResult;
  readonly value: (ref: FieldRef) => string;
}

interface RadioChoice {
  readonly options: readonly RadioOption[];
  readonly isInline?: boolean;
  readonly isHeadingHidden?: boolean;
  /** the control stands for a reference that may be empty: choosing this value takes it away */
  readonly noneValue?: string;
}

export function fieldsOf(form: FormState, actions: Actions): Fields {
  const common = (ref: FieldRef, props: FieldProps, refused: string = words.errors.refused) => ({
    id: controlId(ref),
    label: props.label,
    hint: props.hint,
    size: props.size,
    error: errorOf(form, ref, fill(refused, { label: props.label })),
  });
  return {
    value: (ref) => textOf(valueOf(form, ref)),
    text: (ref, props) =>
      textInput({
        ...common(ref, props),
        value: textOf(valueOf(form, ref)),
        width: props.width,
        inputMode: props.inputMode,
        onInput: (text) => actions.input(ref, text),
        onLeave: actions.leaveField,
      }),
    area: (ref, props) =>
      textarea({
        ...common(ref, props),
        value: textOf(valueOf(form, ref)),
        rows: props.rows,
        onInput: (text) => actions.input(ref, text),
        onLeave: actions.leaveField,
      }),
    date: (ref, props) =>
      dateInput({
        ...common(ref, props, words.errors.date),
        day: dateBox(form, ref, 'day'),
        month: dateBox(form, ref, 'month'),
        year: dateBox(form, ref, 'year'),
        onInput: (part, text) => actions.inputDate(ref, part, text),
        onLeave: actions.leaveField,
      }),
    radios: (ref, props) =>
      radios({
        ...common(ref, props),
        options: props.options,
        isInline: props.isInline,
        isHeadingHidden: props.isHeadingHidden,
        value: textOf(valueOf(form, ref)) || (props.noneValue ?? ''),
        onChoose: (value) => actions.choose(ref, value === props.noneValue ? null : value),
      }),
    select: (ref, props) =>
      select({
        ...common(ref, props),
        options: props.options,
        noneLabel: props.noneLabel,
        value: textOf(valueOf(form, ref)),
        onChoose: (value) => actions.choose(ref, value === '' ? null : value),
      }),
    set: (ref, props) =>
      checkboxes({
        ...common(ref, props),
        options: props.options,
        values: textsOf(valueOf(form, ref)),
        onChange: (values) => actions.choose(ref, values),
      }),
    box: (ref, props) =>
      checkbox({
        ...common(ref, props),
        isChecked: valueOf(form, ref) === true,
        onChange: (isChecked) => actions.choose(ref, isChecked),
      }),
  };
}

/** The error of a submitted form, else why the value on screen is not stored. */
function errorOf(form: FormState, ref: FieldRef, refused: string): string | undefined {
  const id = controlId(ref);
  const submitted = form.errors.find((error) => controlId(error.ref) === id);
  if (submitted !== undefined) return submitted.message;
  return form.held[id] === 'refused' ? refused : undefined;
}

export function choiceOptions(state: AppState, choice: string): readonly RadioOption[] {
  return Object.entries(choiceLabels(state, choice)).map(([value, label]) => ({ value, label }));
}

/** The line that says whether what is on screen is stored. It stands at the foot of every form, beside the buttons. */
export function saved(state: AppState, actions: Actions): TemplateResult {
  const { save } = state;
  const mustUnlock = save.kind === 'failed' && NEEDS_UNLOCK.has(save.code);
  return savedState({
    save,
    hasHeld: state.form !== undefined && hasHeld(state.form),
    notice: save.kind === 'failed' ? noticeOf(state, save.code) : undefined,
    retryText: mustUnlock ? words.save.unlock : words.save.retry,
    onRetry: mustUnlock ? actions.unlockAgain : actions.saveAgain,
  });
}

/** After these the vault has to be opened again; what is on screen is kept and saved then. */
const NEEDS_UNLOCK = new Set(['io', 'crashed_worker', 'wrong-state']);

/** A form: Enter does what its main button does. */
export function formOf(onSubmit: () => void, body: Part): TemplateResult {
  return html`<form
    novalidate
    autocomplete="off"
    @submit=${(event: Event) => {
      event.preventDefault();
      onSubmit();
    }}
  >
    ${body}
  </form>`;
}
