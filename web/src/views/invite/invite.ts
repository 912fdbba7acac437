/** An administrator asks for a code: for whom, and on what kind of device. */
import { html, nothing, type TemplateResult } from 'lit-html';
import type { AppState } from '../../state/model.ts';
import type { InviteForm } from '../../state/team.ts';
import type { Actions } from '../actions.ts';
import { words } from '../../app/words.en.ts';
import { button } from '../../components/button/button.ts';
import { checkbox } from '../../components/checkboxes/checkboxes.ts';
import type { Part } from '../../components/control.ts';
import { errorSummary } from '../../components/error-summary/error-summary.ts';
import { radios } from '../../components/radios/radios.ts';
import { select } from '../../components/select/select.ts';
import { textInput } from '../../components/text-input/text-input.ts';
import { formOf } from '../fields.ts';
import { kindRadios } from '../join/kind.ts';
import { problemSummary } from '../problem.ts';
import { page } from '../shell/shell.ts';

export function inviteView(state: AppState, actions: Actions): TemplateResult {
  const text = words.invite;
  const form = state.team.invite;
  const mayInvite = state.team.status?.isAdministrator === true;
  return page(state, actions, {
    heading: text.title,
    back: { name: 'team' },
    backText: words.team.title,
    above: above(state, form),
    body: mayInvite
      ? formOf(
          actions.makeInvite,
          html`${whoRadios(state, actions, form)}
          ${form.who === 'new'
            ? checkbox({
                id: 'invite-administrator',
                label: text.administrator,
                hint: text.administratorHint,
                isChecked: form.isAdministrator,
                onChange: (isAdministrator) => actions.changeInvite({ isAdministrator }),
              })
            : nothing}
          ${kindRadios({ id: 'invite-kind', label: text.kind, hint: text.kindHint, value: form.kind, onChoose: (kind) => actions.changeInvite({ kind }) })}
          <div class="govuk-inset-text">${text.reads}</div>
          ${button({ text: text.make, isSubmit: true, isWaiting: state.isBusy })}`,
        )
      : html`<p class="govuk-body">${words.team.onlyAdministrators}</p>`,
  });
}

function above(state: AppState, form: InviteForm): Part {
  if (state.problem !== undefined) return problemSummary(state, state.problem);
  const errors = Object.entries(form.errors);
  if (errors.length === 0) return nothing;
  return errorSummary({ title: words.shell.problemTitle, errors: errors.map(([controlId, message]) => ({ controlId, message })) });
}

function whoRadios(state: AppState, actions: Actions, form: InviteForm): TemplateResult {
  const text = words.invite;
  return radios({
    id: 'invite-who',
    label: text.who,
    error: form.errors['invite-who'],
    value: form.who,
    options: [
      {
        value: 'new',
        label: text.whoNew,
        below: textInput({
          id: 'invite-name',
          label: text.name,
          hint: text.nameHint,
          error: form.errors['invite-name'],
          value: form.personName,
          onInput: (personName) => actions.changeInvite({ personName }),
        }),
      },
      {
        value: 'known',
        label: text.whoKnown,
        below: select({
          id: 'invite-person',
          label: text.person,
          error: form.errors['invite-person'],
          value: form.personId,
          noneLabel: text.personChoose,
          options: state.team.people.map((person) => ({ value: person.personId, label: person.name === '' ? words.team.nameless : person.name })),
          onChoose: (personId) => actions.changeInvite({ personId }),
        }),
      },
    ],
    onChoose: (who) => actions.changeInvite({ who: who === 'known' ? 'known' : 'new', errors: {} }),
  });
}
