/** The points of a plan, in their sections. Keys are template ids (`sp.D6`) or `own.<section letter>.<random>`. */
import type { AppState } from '../../state/model.ts';
import type { PlanSection, PlanTemplateItem } from '../../state/content.ts';
import type { FormState } from '../../state/form.ts';
import { isObject, numberOf, type Json, type JsonObject } from '../../state/json.ts';

export interface PlanItem {
  readonly key: string;
  readonly value: JsonObject;
  /** what it was chosen from; none for an own point */
  readonly prompt: string | undefined;
}

export function sectionsOf(state: AppState): readonly PlanSection[] {
  return state.content['safety-plan']?.sections ?? [];
}

/** The letter that own points of a section carry in their key. */
export function sectionLetter(section: PlanSection): string {
  return section.id.replace(/^SP-/, '');
}

function belongsTo(section: PlanSection, key: string): boolean {
  return section.items.some((item) => item.id === key) || key.startsWith(`own.${sectionLetter(section)}.`);
}

/** Points of one section in the order they were added. */
export function itemsOfSection(section: PlanSection, items: JsonObject): readonly PlanItem[] {
  return Object.entries(items)
    .filter((entry): entry is [string, JsonObject] => isObject(entry[1]) && belongsTo(section, entry[0]))
    .map(([key, value]) => ({ key, value, prompt: section.items.find((item) => item.id === key)?.prompt }))
    .sort((left, right) => (numberOf(left.value['order']) ?? 0) - (numberOf(right.value['order']) ?? 0));
}

/** Template points that are not in the plan. */
export function suggestionsOf(section: PlanSection, items: JsonObject): readonly PlanTemplateItem[] {
  return section.items.filter((item) => items[item.id] === undefined || items[item.id] === null);
}

/** The points on screen, by key. */
export function itemsOfForm(form: FormState): JsonObject {
  const prefix = 'plan.item/';
  const items: Record<string, Json> = {};
  for (const [path, value] of Object.entries(form.values)) {
    if (path.startsWith(prefix)) items[path.slice(prefix.length)] = value;
  }
  return items;
}

/** What may stand in the victim's copy: points a person marked, in sections that are ever copied (docs/DOMAIN.md 3.3). */
export function copyItems(section: PlanSection, items: JsonObject): readonly PlanItem[] {
  if (section.inVictimCopy === 'never') return [];
  return itemsOfSection(section, items).filter((item) => item.value['safeToShare'] === true);
}
