/** The six Marac criteria for a case, each with status, numbers and dates; notices; composites. Advice: a person decides. */
import { html, nothing, type TemplateResult } from 'lit-html';
import type { AppState } from '../../state/model.ts';
import { completedOf, unfinishedOf, victimOf, type CaseFile } from '../../state/case-file.ts';
import { textOf, type JsonObject } from '../../state/json.ts';
import type { Actions } from '../actions.ts';
import type { RouteFor } from '../route-of.ts';
import { fill, words } from '../../app/words.en.ts';
import { longDate } from '../../app/dates.ts';
import { hashOf } from '../../state/routes.ts';
import { button, buttonGroup, buttonLink } from '../../components/button/button.ts';
import { tag, type TagColour } from '../../components/tag/tag.ts';
import { restsOnConflicts } from '../conflicts/notice.ts';
import { page } from '../shell/shell.ts';
import { problemSummary } from '../problem.ts';
import { criteriaTexts, resultHeading, textsById, type CriterionText } from './criteria.ts';

/** Not met is grey, never green: it is no good news and no verdict. */
const COLOURS: Readonly<Record<string, TagColour>> = { met: 'red', possible: 'orange', not_met: 'grey', not_applicable: 'grey' };

export function resultView(state: AppState, actions: Actions, route: RouteFor<'result'>): TemplateResult {
  const { file, result } = state;
  return page(state, actions, {
    heading: words.result.title,
    caption: file === undefined ? undefined : textOf(victimOf(file)?.person['name']) || undefined,
    back: { name: 'case', caseId: route.caseId },
    above: state.problem === undefined ? nothing : problemSummary(state, state.problem),
    body: file === undefined || result === undefined ? nothing : resultBody(state, actions, file, result),
  });
}

function resultBody(state: AppState, actions: Actions, file: CaseFile, result: JsonObject): TemplateResult {
  const top = resultHeading(state, result);
  const content = state.content['criteria-words'];
  const notices = textsById(result['notices'], content?.notices);
  const composites = textsById(result['composites'], content?.composites);
  return html`<p class="govuk-body">${fill(words.result.asOf, { date: longDate(state.today) })}</p>
    ${restsOnConflicts(state, 'evaluation', file.caseId)}
    <div class="app-result">
      <h2 class="govuk-heading-m">${top.title}</h2>
      <p class="govuk-body">${top.text}</p>
    </div>
    ${notices.length === 0
      ? nothing
      : html`<h2 class="govuk-heading-m">${words.result.noticesTitle}</h2>
          ${notices.map((notice) => html`<div class="govuk-inset-text"><h3 class="govuk-heading-s">${notice.title}</h3><p class="govuk-body">${notice.text}</p></div>`)}`}
    <h2 class="govuk-heading-m">${words.result.criteriaTitle}</h2>
    ${criteriaList(state, file, result)}
    ${composites.length === 0
      ? nothing
      : html`<h2 class="govuk-heading-m">${words.result.compositesTitle}</h2>
          ${composites.map((each) => html`<h3 class="govuk-heading-s">${each.title}</h3><p class="govuk-body">${each.text}</p>`)}`}
    ${nextSteps(actions, file)}`;
}

export function criteriaList(state: AppState, file: CaseFile, result: JsonObject): TemplateResult {
  return html`<dl class="app-criteria">
    ${criteriaTexts(state, file, result).map((criterion) => criterionItem(criterion))}
  </dl>`;
}

function criterionItem(criterion: CriterionText): TemplateResult {
  return html`<div class="app-criteria__item app-criteria__item--${criterion.status}">
    <dt class="app-criteria__title">${criterion.title} ${tag(criterion.statusText, COLOURS[criterion.status] ?? 'grey')}</dt>
    <dd class="app-criteria__text">
      ${criterion.sentence}
      ${criterion.incidents.length === 0
        ? nothing
        : html`<ul class="govuk-list govuk-list--bullet">
            ${criterion.incidents.map((text) => html`<li>${text}</li>`)}
          </ul>`}
    </dd>
  </div>`;
}

function nextSteps(actions: Actions, file: CaseFile): TemplateResult {
  const { caseId } = file;
  const hasReferralDraft = unfinishedOf(file, 'referral').length > 0;
  return html`<div class="app-no-print">
    ${buttonGroup(
      button({ text: hasReferralDraft ? words.result.referralGoOn : words.result.referralStart, onPress: () => actions.beginDocument('referral', caseId) }),
      planButton(actions, file),
      button({ text: words.shell.print, kind: 'secondary', onPress: actions.print }),
      html`<a class="govuk-link" href=${hashOf({ name: 'case', caseId })}>${words.result.toCase}</a>`,
    )}
  </div>`;
}

/** The next plan continues the last one. */
function planButton(actions: Actions, file: CaseFile): TemplateResult {
  const { caseId } = file;
  const isBegun = unfinishedOf(file, 'safety_plan').length > 0;
  const [agreed] = completedOf(file, 'safety_plan');
  if (agreed !== undefined && !isBegun) return buttonLink(words.result.planNext, hashOf({ name: 'new-version', caseId, recordId: agreed.recordId }), 'secondary');
  return button({ text: isBegun ? words.result.planGoOn : words.result.planStart, kind: 'secondary', onPress: () => actions.beginDocument('safety_plan', caseId) });
}
