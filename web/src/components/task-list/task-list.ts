/** GOV.UK task list: the steps of a form with what is known about each. */
import { html, nothing, type TemplateResult } from 'lit-html';
import type { Part } from '../control.ts';

export interface Task {
  readonly title: string;
  readonly href: string;
  readonly hint?: string | undefined;
  readonly status?: Part;
}

export function taskList(id: string, tasks: readonly Task[]): TemplateResult {
  return html`<ul class="govuk-task-list">
    ${tasks.map((task, index) => taskItem(`${id}-${index + 1}`, task))}
  </ul>`;
}

function taskItem(id: string, task: Task): TemplateResult {
  const described = [task.hint === undefined ? '' : `${id}-hint`, task.status === undefined ? '' : `${id}-status`];
  return html`<li class="govuk-task-list__item govuk-task-list__item--with-link">
    <div class="govuk-task-list__name-and-hint">
      <a
        class="govuk-link govuk-task-list__link"
        href=${task.href}
        aria-describedby=${described.join(' ').trim() === '' ? nothing : described.join(' ').trim()}
        >${task.title}</a
      >
      ${task.hint === undefined ? nothing : html`<div id="${id}-hint" class="govuk-task-list__hint">${task.hint}</div>`}
    </div>
    ${task.status === undefined
      ? nothing
      : html`<div class="govuk-task-list__status" id="${id}-status">${task.status}</div>`}
  </li>`;
}
