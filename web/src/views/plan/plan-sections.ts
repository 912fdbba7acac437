/** The sections of a plan, and one section with its points. Nothing is chosen beforehand. */
import { html, nothing, type TemplateResult } from 'lit-html';
import type { AppState } from '../../state/model.ts';
import type { PlanSection, PlanTemplateItem } from '../../state/content.ts';
import type { FieldRef, FormState } from '../../state/form.ts';
import type { Actions } from '../actions.ts';
import type { RouteFor } from '../route-of.ts';
import { counted, words } from '../../app/words.en.ts';
import { hashOf, stepId, stepIndex, type Route } from '../../state/routes.ts';
import { button, buttonGroup, buttonLink } from '../../components/button/button.ts';
import { tag } from '../../components/tag/tag.ts';
import { taskList } from '../../components/task-list/task-list.ts';
import { fieldsOf, formOf, saved, type Fields } from '../fields.ts';
import { page } from '../shell/shell.ts';
import { aboveForm } from '../problem.ts';
import { itemsOfForm, itemsOfSection, sectionsOf, suggestionsOf, type PlanItem } from './items.ts';

export function planSectionsView(state: AppState, actions: Actions, route: RouteFor<'plan-sections'>): TemplateResult {
  const { caseId, recordId } = route;
  const { form } = state;
  const check: Route = { name: 'plan-check', caseId, recordId };
  return page(state, actions, {
    heading: words.plan.sectionsTitle,
    caption: words.plan.headerTitle,
    back: { name: 'plan-header', caseId, recordId },
    above: aboveForm(state),
    body: form === undefined ? nothing : html`<p class="govuk-body">${words.plan.sectionsText}</p>
      ${sectionTasks(state, form, route)} ${saved(state, actions)} ${buttonLink(words.plan.toCheck, hashOf(check))}`,
  });
}

function sectionTasks(state: AppState, form: FormState, route: RouteFor<'plan-sections'>): TemplateResult {
  const items = itemsOfForm(form);
  return taskList(
    'section',
    sectionsOf(state).map((section, index) => {
      const count = itemsOfSection(section, items).length;
      const text = counted(words.plan.itemCount, count);
      return {
        title: section.title,
        href: hashOf({ name: 'plan-section', caseId: route.caseId, recordId: route.recordId, step: stepId(route.recordId, index) }),
        hint: section.inVictimCopy === 'never' ? words.plan.notForCopy : undefined,
        status: count === 0 ? html`${text}` : tag(text, 'blue'),
      };
    }),
  );
}

export function planSectionView(state: AppState, actions: Actions, route: RouteFor<'plan-section'>): TemplateResult {
  const { caseId, recordId } = route;
  const { form } = state;
  const sections = sectionsOf(state);
  const index = Math.min(stepIndex(recordId, route.step), Math.max(0, sections.length - 1));
  const section = sections[index];
  const all: Route = { name: 'plan-sections', caseId, recordId };
  const next: Route = index + 1 < sections.length ? { name: 'plan-section', caseId, recordId, step: stepId(recordId, index + 1) } : { name: 'plan-check', caseId, recordId };
  if (form === undefined || section === undefined) return page(state, actions, { heading: words.shell.loading, body: nothing, back: all });
  return page(state, actions, {
    heading: section.title,
    caption: words.plan.headerTitle,
    back: all,
    backText: words.plan.toSections,
    above: aboveForm(state),
    body: formOf(() => actions.saveAndGo(next), html`${section.inVictimCopy === 'never' ? html`<div class="govuk-inset-text">${words.plan.notForCopy}.</div>` : nothing}
      ${chosenItems(state, actions, form, section)} ${suggestions(actions, form, section)} ${saved(state, actions)}
      ${buttonGroup(
        button({ text: index + 1 < sections.length ? words.plan.nextSection : words.plan.toCheck, isSubmit: true, isWaiting: state.isBusy }),
        html`<a class="govuk-link" href=${hashOf(all)}>${words.plan.toSections}</a>`,
      )}`),
  });
}

function chosenItems(state: AppState, actions: Actions, form: FormState, section: PlanSection): TemplateResult {
  const chosen = itemsOfSection(section, itemsOfForm(form));
  return html`<h2 class="govuk-heading-m">${words.plan.chosenTitle}</h2>
    ${chosen.length === 0 ? html`<p class="govuk-body">${words.plan.itemCount.zero}</p>` : nothing}
    ${chosen.map((item) => itemFields(state, actions, fieldsOf(form, actions), section, item))}
    ${button({ text: words.plan.addOwn, kind: 'secondary', onPress: () => actions.addPlanItem(section.id, undefined, '') })}`;
}

/** Label of a field of a point, from the template. */
function itemLabel(state: AppState, field: string): string {
  return state.content['safety-plan']?.itemFields.find((each) => each.field === field)?.label ?? field;
}

function itemFields(state: AppState, actions: Actions, field: Fields, section: PlanSection, item: PlanItem): TemplateResult {
  const ref = (member: string): FieldRef => ({ part: 'plan', field: 'item', key: item.key, member });
  const label = (name: string): string => itemLabel(state, name);
  return html`<fieldset class="govuk-fieldset app-item">
    <legend class="govuk-fieldset__legend govuk-fieldset__legend--s">${item.prompt ?? words.plan.ownLabel}</legend>
    ${field.area(ref('text'), { label: label('text'), rows: 3 })} ${field.box(ref('agreed'), { label: label('agreed') })}
    ${section.inVictimCopy === 'never' ? nothing : field.box(ref('safeToShare'), { label: label('safeToShare') })}
    ${field.text(ref('who'), { label: label('who') })} ${field.date(ref('by'), { label: label('by') })}
    ${button({ text: words.plan.removeItem, kind: 'secondary', onPress: () => actions.removePlanItem(item.key) })}
  </fieldset>`;
}

function suggestions(actions: Actions, form: FormState, section: PlanSection): TemplateResult {
  const left = suggestionsOf(section, itemsOfForm(form));
  if (left.length === 0) return html``;
  return html`<h2 class="govuk-heading-m">${words.plan.suggestTitle}</h2>
    <p class="govuk-body">${words.plan.suggestText}</p>
    <ul class="app-suggestions">
      ${left.map((item) => suggestion(actions, section, item))}
    </ul>`;
}

function suggestion(actions: Actions, section: PlanSection, item: PlanTemplateItem): TemplateResult {
  const id = `prompt-${item.id.replace('.', '-')}`;
  return html`<li class="app-suggestions__item">
    <span id=${id} class="app-suggestions__text">${item.prompt}</span>
    ${button({ text: words.plan.addItem, kind: 'secondary', onPress: () => actions.addPlanItem(section.id, item.id, item.prompt), describedBy: id })}
  </li>`;
}

