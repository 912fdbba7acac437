/** A plan to read and print, and the copy for the victim. Sections without points are left out. */
import { html, nothing, type TemplateResult } from 'lit-html';
import type { AppState } from '../../state/model.ts';
import type { PlanSection } from '../../state/content.ts';
import { completedOf, isUnfinished, shownFields, victimOf, type CaseFile } from '../../state/case-file.ts';
import { isObject, textOf, textsOf, type JsonObject } from '../../state/json.ts';
import type { Actions } from '../actions.ts';
import type { RouteFor } from '../route-of.ts';
import { fill, words } from '../../app/words.en.ts';
import { longDate } from '../../app/dates.ts';
import { hashOf } from '../../state/routes.ts';
import { button, buttonGroup, buttonLink } from '../../components/button/button.ts';
import type { Part } from '../../components/control.ts';
import { summaryList } from '../../components/summary-list/summary-list.ts';
import { tag } from '../../components/tag/tag.ts';
import { choiceLabel, dateText, namesOf } from '../words.ts';
import { page } from '../shell/shell.ts';
import { copyItems, itemsOfSection, sectionsOf, type PlanItem } from './items.ts';
import { headerWords } from './plan-header.ts';

export function planView(state: AppState, actions: Actions, route: RouteFor<'plan'>): TemplateResult {
  const { file } = state;
  if (file === undefined) return html``;
  const fields = shownFields(file, route.recordId);
  const isNewest = completedOf(file, 'safety_plan')[0]?.recordId === route.recordId;
  return page(state, actions, {
    heading: words.plan.viewTitle,
    caption: textOf(victimOf(file)?.person['name']) || undefined,
    back: { name: 'case', caseId: route.caseId },
    body: html`${!isUnfinished(file, route.recordId) ? nothing : html`<div class="govuk-inset-text">${words.plan.draftText}</div>`}
      ${planHeaderRows(state, file, fields)} ${planBody(state, fields)}
      <div class="app-no-print">
        ${buttonGroup(
          button({ text: words.plan.printWorker, onPress: actions.print }),
          buttonLink(words.plan.copy, hashOf({ name: 'plan-copy', caseId: route.caseId, recordId: route.recordId }), 'secondary'),
          isNewest ? buttonLink(words.plan.next, hashOf({ name: 'new-version', caseId: route.caseId, recordId: route.recordId }), 'secondary') : nothing,
        )}
      </div>`,
  });
}

export function planHeaderRows(state: AppState, file: CaseFile, fields: JsonObject): TemplateResult {
  const label = (field: string): string => headerWords(state, field).label;
  const reason = textOf(fields['changeReason']);
  const changed = textOf(fields['changedSinceLast']);
  return summaryList({
    emptyText: words.shell.notRecorded,
    rows: [
      { key: fill(words.case.version, { number: '' }).trim(), value: String(fields['version'] ?? 1) },
      { key: label('plannedOn'), value: dateText(fields['plannedOn']) },
      { key: label('worker'), value: textOf(fields['worker']) },
      { key: label('situation'), value: choiceLabel(state, 'planSituation', fields['situation']) },
      { key: label('dangerFrom'), value: namesOf(file, textsOf(fields['dangerFrom'])) },
      { key: label('children'), value: namesOf(file, textsOf(fields['children'])) },
      { key: label('interpreterUsed'), value: choiceLabel(state, 'interpreterUsed', fields['interpreterUsed']) },
      { key: label('agreedWithVictim'), value: choiceLabel(state, 'yesNo', fields['agreedWithVictim']) },
      { key: label('mayHoldCopy'), value: choiceLabel(state, 'mayHoldCopy', fields['mayHoldCopy']) },
      { key: label('nextReviewOn'), value: dateText(fields['nextReviewOn']) },
      ...(changed === '' ? [] : [{ key: label('changedSinceLast'), value: changed }]),
      ...(reason === '' ? [] : [{ key: words.dash.changeReason, value: reason }]),
    ],
  });
}

export function planBody(state: AppState, fields: JsonObject): TemplateResult {
  const items = isObject(fields['item']) ? fields['item'] : {};
  const filled = sectionsOf(state)
    .map((section) => ({ section, items: itemsOfSection(section, items) }))
    .filter((each) => each.items.length > 0);
  if (filled.length === 0) return html`<p class="govuk-body">${words.plan.noItems}</p>`;
  return html`${filled.map((each) => sectionBlock(each.section, each.items))}`;
}

function sectionBlock(section: PlanSection, items: readonly PlanItem[]): TemplateResult {
  return html`<section class="app-plan-section">
    <h2 class="govuk-heading-m">${section.title}</h2>
    ${section.inVictimCopy === 'never' ? html`<p class="govuk-body">${tag(words.plan.notForCopy, 'red')}</p>` : nothing}
    <ul class="app-plan-items">
      ${items.map((item) => html`<li class="app-plan-items__item">${itemText(item)} ${itemFacts(item)}</li>`)}
    </ul>
  </section>`;
}

function itemText(item: PlanItem): TemplateResult {
  return html`<span class="app-plan-items__text">${textOf(item.value['text'])}</span>`;
}

function itemFacts(item: PlanItem): Part {
  const who = textOf(item.value['who']);
  const by = textOf(item.value['by']);
  const facts = [
    item.value['agreed'] === true ? words.plan.agreed : '',
    who === '' ? '' : fill(words.plan.who, { who }),
    by === '' ? '' : fill(words.plan.by, { date: longDate(by) }),
    item.value['safeToShare'] === true ? words.plan.shared : '',
  ].filter((fact) => fact !== '');
  return facts.length === 0 ? nothing : html`<span class="app-plan-items__facts">${facts.join(' · ')}</span>`;
}

/** How the victim may hold a copy, and what then stands in the way of printing one. */
const NO_PAPER = new Set(['no_copy', 'verbal_only']);

export function planCopyView(state: AppState, actions: Actions, route: RouteFor<'plan-copy'>): TemplateResult {
  const { file } = state;
  if (file === undefined) return html``;
  const fields = shownFields(file, route.recordId);
  const content = state.content['safety-plan'];
  const holds = textOf(fields['mayHoldCopy']);
  const obstacle = holds === '' ? words.plan.copyUnset : NO_PAPER.has(holds) ? words.plan.copyRefused : undefined;
  const items = isObject(fields['item']) ? fields['item'] : {};
  const sections = sectionsOf(state)
    .map((section) => ({ section, items: copyItems(section, items) }))
    .filter((each) => each.items.length > 0);
  return page(state, actions, {
    heading: content?.victimCopy.title ?? words.plan.copy,
    back: { name: 'plan', caseId: route.caseId, recordId: route.recordId },
    body: obstacle !== undefined
      ? html`<div class="govuk-inset-text">${obstacle}</div>`
      : html`<p class="govuk-body app-no-print">${words.plan.copyNeutral}</p>
          ${sections.length === 0 ? html`<p class="govuk-body app-no-print">${words.plan.copyEmpty}</p>` : nothing}
          <ul class="app-plan-items">
            ${sections.flatMap((each) => each.items.map((item) => html`<li class="app-plan-items__item">${itemText(item)}</li>`))}
          </ul>
          ${sections.length === 0 ? nothing : html`<div class="app-no-print">${button({ text: words.shell.print, onPress: actions.print })}</div>`}`,
  });
}
