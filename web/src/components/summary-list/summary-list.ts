/** GOV.UK summary list. An empty value says so: a blank cell could be read as no. */
import { html, nothing, type TemplateResult } from 'lit-html';
import type { Part } from '../control.ts';

export interface SummaryRow {
  readonly key: string;
  readonly value: string | readonly string[] | TemplateResult;
  readonly action?: SummaryAction | undefined;
}

/** A link, or a button when something begins that was not there before. */
export type SummaryAction =
  | { readonly text: string; readonly href: string }
  | { readonly text: string; readonly onPress: () => void };

export interface SummaryListProps {
  readonly rows: readonly SummaryRow[];
  readonly emptyText: string;
  readonly isPlain?: boolean | undefined;
}

export function summaryList(props: SummaryListProps): TemplateResult {
  return html`<dl class="govuk-summary-list${props.isPlain === true ? ' govuk-summary-list--no-border' : ''}">
    ${props.rows.map((row) => summaryRow(row, props.emptyText))}
  </dl>`;
}

function summaryRow(row: SummaryRow, emptyText: string): TemplateResult {
  const { action } = row;
  return html`<div class="govuk-summary-list__row${action === undefined ? ' govuk-summary-list__row--no-actions' : ''}">
    <dt class="govuk-summary-list__key">${row.key}</dt>
    <dd class="govuk-summary-list__value">${summaryValue(row.value, emptyText)}</dd>
    ${action === undefined
      ? nothing
      : html`<dd class="govuk-summary-list__actions">
          ${actionControl(action, row.key)}
        </dd>`}
  </div>`;
}

function actionControl(action: SummaryAction, key: string): TemplateResult {
  const text = html`${action.text}<span class="govuk-visually-hidden"> ${key}</span>`;
  if ('href' in action) return html`<a class="govuk-link" href=${action.href}>${text}</a>`;
  return html`<button type="button" class="app-link-button" @click=${() => action.onPress()}>${text}</button>`;
}

/** A value as a row shows it: its lines, or that it is empty. */
export function summaryValue(value: SummaryRow['value'], emptyText: string): TemplateResult {
  if (isTemplate(value)) return value;
  const lines = (typeof value === 'string' ? value.split('\n') : value).filter((line) => line.trim() !== '');
  if (lines.length === 0) return html`<span class="app-empty">${emptyText}</span>`;
  return html`${lines.map((line) => html`<span class="app-line">${line}</span>`)}`;
}

function isTemplate(value: SummaryRow['value']): value is TemplateResult {
  return typeof value === 'object' && !Array.isArray(value);
}

export interface SummaryCardProps {
  readonly id: string;
  readonly title: string;
  readonly body: Part;
  readonly actions?: readonly { readonly text: string; readonly href: string }[] | undefined;
  readonly level?: 2 | 3 | undefined;
  readonly tag?: Part;
}

/** A card with a heading and links: one person, one incident. */
export function summaryCard(props: SummaryCardProps): TemplateResult {
  const actions = props.actions ?? [];
  const title = html`${props.title} ${props.tag ?? nothing}`;
  return html`<div class="govuk-summary-card">
    <div class="govuk-summary-card__title-wrapper">
      ${props.level === 3
        ? html`<h3 class="govuk-summary-card__title" id=${props.id}>${title}</h3>`
        : html`<h2 class="govuk-summary-card__title" id=${props.id}>${title}</h2>`}
      ${actions.length === 0
        ? nothing
        : html`<ul class="govuk-summary-card__actions">
            ${actions.map(
              (action) => html`<li class="govuk-summary-card__action">
                <a class="govuk-link" href=${action.href}
                  >${action.text}<span class="govuk-visually-hidden"> (${props.title})</span></a
                >
              </li>`,
            )}
          </ul>`}
    </div>
    <div class="govuk-summary-card__content">${props.body}</div>
  </div>`;
}
