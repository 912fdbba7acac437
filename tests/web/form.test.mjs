// The form on screen: composite values whole, keyed values by key, dates that are not yet dates held back.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { importWebModules } from '../support/web-modules.mjs';

const web = await importWebModules('web/src/state/form.ts', 'web/src/state/case-file.ts', 'web/src/app/schema.ts', 'web/src/app/forms.ts');
const { borderName, controlId, dateBox, dateOnScreen, draftGroup, formOfRoute, isKeyed, missingMember, newForm, nextWhole, overlay, pathOf,
  peopleOf, requiredFields, routeOfDraft, valueOf, withDateText, withDefaults, withHeld, withValue } = web;

const CASE = 'c'.repeat(32);
const ids = ['1', '2', '3', '4'].map((digit) => digit.repeat(32));
const record = (recordId, type, fields) => ({ recordId, type, createdMs: 1, changedMs: 1, fields });
const draft = (recordId, type, fields) => ({ recordId, type, caseId: CASE, savedMs: 1, number: '1', fields });
const file = (records, drafts = []) => ({ caseId: CASE, records, drafts });
const part = (type, recordId, seed = {}) => ({ type, recordId, seed });

test('overlay: a draft replaces values, takes away with null, and merges keyed fields by key', () => {
  const below = { name: 'A', birth: { date: '1990-01-01', precision: 'exact' }, answer: { D01: { answer: 'no' }, D02: { answer: 'yes' } } };
  const above = { name: 'B', birth: { date: '1991-01-01' }, answer: { D01: { answer: 'yes' }, D02: null } };
  assert.deepEqual(overlay(below, above), { name: 'B', birth: { date: '1991-01-01' }, answer: { D01: { answer: 'yes' } } });
  assert.ok(isKeyed('answer') && isKeyed('item') && !isKeyed('birth'));
});

test('newForm: stored values of record and draft; a new record shows its seed', () => {
  const stored = newForm(file([record(ids[0], 'person', { name: 'A' })], [draft(ids[0], 'person', { name: 'B' })]), CASE, {
    person: part('person', ids[0]),
    party: part('party', ids[1], { role: 'child' }),
  });
  assert.equal(stored.values['person.name'], 'B');
  assert.equal(stored.values['party.role'], 'child');
  assert.equal(stored.parts.person.isStored, true);
  assert.equal(stored.parts.party.isStored, false);
});

test('newForm: a keyed field is one value for each key', () => {
  const form = newForm(file([], [draft(ids[0], 'assessment', { answer: { D01_INJURY: { answer: 'yes' } } })]), CASE, {
    assessment: part('assessment', ids[0]),
  });
  assert.deepEqual(valueOf(form, { part: 'assessment', field: 'answer', key: 'D01_INJURY', member: 'answer' }), 'yes');
});

test('nextWhole: a member changes the whole composite; the last member gone takes the value away', () => {
  const ref = { part: 'person', field: 'birth', member: 'date' };
  let form = newForm(undefined, CASE, { person: part('person', ids[0]) });
  form = withValue(form, ref, nextWhole(form, ref, '1990-01-01'));
  const precision = { ...ref, member: 'precision' };
  form = withValue(form, precision, nextWhole(form, precision, 'exact'));
  assert.deepEqual(form.values['person.birth'], { date: '1990-01-01', precision: 'exact' });
  form = withValue(form, ref, nextWhole(form, ref, null));
  assert.deepEqual(form.values['person.birth'], { precision: 'exact' });
  assert.equal(nextWhole(form, precision, ''), null);
});

test('names: path, border name and control id of a keyed composite', () => {
  const ref = { part: 'plan', field: 'item', key: 'sp.D6', member: 'text' };
  assert.equal(pathOf(ref), 'plan.item/sp.D6');
  assert.equal(borderName(ref), 'item/sp.D6');
  assert.equal(controlId(ref), 'plan-item-sp_D6-text');
});

test('dates: boxes keep what was typed, and show a stored date without zeros', () => {
  const ref = { part: 'incident', field: 'occurred', member: 'date' };
  let form = newForm(file([record(ids[0], 'incident', { occurred: { date: '2026-03-09' } })]), CASE, { incident: part('incident', ids[0]) });
  assert.deepEqual([dateBox(form, ref, 'day'), dateBox(form, ref, 'month'), dateBox(form, ref, 'year')], ['9', '3', '2026']);
  form = withDateText(form, ref, 'year', '20');
  assert.deepEqual(dateOnScreen(form, ref), { kind: 'incomplete' });
  assert.equal(dateBox(form, ref, 'day'), '9');
  form = withDateText(form, ref, 'year', '2025');
  assert.deepEqual(dateOnScreen(form, ref), { kind: 'date', value: '2025-03-09' });
});

test('withHeld: marks and clears one control', () => {
  let form = withHeld(newForm(undefined, CASE, {}), 'a', 'incomplete');
  form = withHeld(form, 'b', 'refused');
  assert.deepEqual(form.held, { a: 'incomplete', b: 'refused' });
  assert.deepEqual(withHeld(form, 'a', undefined).held, { b: 'refused' });
});

test('schema: what a composite needs before the core takes it, and what is filled in', () => {
  assert.equal(missingMember('case', 'transfer', { fromArea: 'Westmere' }), 'movedOn');
  assert.equal(missingMember('case', 'transfer', { movedOn: '2026-01-01' }), undefined);
  assert.equal(missingMember('safety_plan', 'item', { order: 1 }), 'text');
  assert.equal(missingMember('person', 'name', 'A'), undefined);
  assert.deepEqual(withDefaults('assessment', 'answer', { comment: 'x' }), { answer: 'not_answered', comment: 'x' });
  assert.deepEqual(withDefaults('assessment', 'answer', { answer: 'yes' }), { answer: 'yes' });
  assert.deepEqual(requiredFields('incident'), ['occurred', 'incidentType']);
});

test('peopleOf: the victim first; a person not finished yet is marked', () => {
  const people = peopleOf(
    file(
      [record(ids[0], 'party', { role: 'child', person: ids[1] }), record(ids[1], 'person', { name: 'Child' })],
      [draft(ids[2], 'party', { role: 'victim', person: ids[3] }), draft(ids[3], 'person', { name: 'V' })],
    ),
  );
  assert.deepEqual(people.map((each) => [each.role, each.isRecorded]), [['victim', false], ['child', true]]);
});

test('formOfRoute: a new case takes up the drafts it began with', () => {
  const context = { today: '2026-11-22', newId: () => 'e'.repeat(32) };
  const fresh = formOfRoute({ name: 'case-new', caseId: CASE }, undefined, context);
  assert.equal(fresh.parts.case.recordId, CASE);
  assert.deepEqual(fresh.parts.party.seed, { person: 'e'.repeat(32), role: 'victim' });
  const begun = formOfRoute(
    { name: 'case-new', caseId: CASE },
    file([], [draft(ids[2], 'party', { role: 'victim', person: ids[3] }), draft(ids[3], 'person', { name: 'V' })]),
    context,
  );
  assert.equal(begun.parts.person.recordId, ids[3]);
  assert.equal(begun.values['person.name'], 'V');
});

test('routeOfDraft: each kind of draft goes on where it belongs; person and party are one entry', () => {
  const started = [record(CASE, 'case', {})];
  const drafts = [draft(ids[0], 'party', { person: ids[1], role: 'child' }), draft(ids[1], 'person', { name: 'C' }), draft(ids[2], 'assessment', {})];
  const names = drafts.map((each) => routeOfDraft(file(started, drafts), each)?.name);
  assert.deepEqual(names, ['person', undefined, 'dash-check']);
  assert.equal(routeOfDraft(file([], drafts), drafts[0]), undefined);
  assert.deepEqual(draftGroup(file(started, drafts), ids[0]), [ids[0], ids[1]]);
  assert.deepEqual(draftGroup(file([], drafts), CASE).length, 3);
});
