/** The code, typed or scanned, what kind of device this is, and with a founding code the two names. */
import { html, nothing, type TemplateResult } from 'lit-html';
import type { AppState } from '../../state/model.ts';
import type { JoinForm } from '../../state/team.ts';
import type { Actions } from '../actions.ts';
import { words } from '../../app/words.en.ts';
import { button } from '../../components/button/button.ts';
import type { Part } from '../../components/control.ts';
import { errorSummary } from '../../components/error-summary/error-summary.ts';
import { textarea } from '../../components/textarea/textarea.ts';
import { textInput } from '../../components/text-input/text-input.ts';
import { formOf } from '../fields.ts';
import { noticeOf } from '../problem.ts';
import { kindRadios } from './kind.ts';

/** In the order of the page. */
const CONTROLS = ['join-code', 'join-kind', 'join-person', 'join-team', 'join-hub'];

export function joinErrors(state: AppState): Part {
  const { errors } = state.team.join;
  const shown = CONTROLS.filter((id) => errors[id] !== undefined).map((controlId) => ({ controlId, message: errors[controlId] ?? '' }));
  if (shown.length === 0) return nothing;
  const notice = noticeOf(state, 'code-wrong');
  const isMistyped = notice !== undefined && errors['join-code'] === notice.title;
  return errorSummary({ title: words.shell.problemTitle, errors: shown, text: isMistyped ? [notice.text, notice.wayOn] : [] });
}

export function joinForm(state: AppState, actions: Actions): TemplateResult {
  const text = words.join;
  const { join } = state.team;
  return formOf(
    actions.join,
    html`<p class="govuk-body">${text.lead}</p>
      ${textarea({
        id: 'join-code',
        label: text.code,
        hint: text.codeHint,
        error: join.errors['join-code'],
        rows: 3,
        className: 'app-code-box',
        value: join.code,
        onInput: (code) => actions.changeJoin({ code }),
        onLeave: actions.leaveJoinCode,
      })}
      ${camera(join, actions)}
      ${kindRadios({ id: 'join-kind', label: text.kind, error: join.errors['join-kind'], value: join.kind, onChoose: (kind) => actions.changeJoin({ kind }) })}
      ${join.isFounding ? foundingNames(join, actions) : nothing}
      ${textInput({
        id: 'join-hub',
        label: text.hub,
        hint: text.hubHint,
        error: join.errors['join-hub'],
        value: join.hub,
        onInput: (hub) => actions.changeJoin({ hub }),
      })}
      ${button({ text: text.button, isSubmit: true, isWaiting: state.isBusy })}`,
  );
}

function foundingNames(join: JoinForm, actions: Actions): TemplateResult {
  const text = words.join;
  return html`<h2 class="govuk-heading-m">${text.foundingTitle}</h2>
    <p class="govuk-body">${text.foundingText}</p>
    ${textInput({
      id: 'join-person',
      label: text.person,
      error: join.errors['join-person'],
      value: join.personName,
      onInput: (personName) => actions.changeJoin({ personName }),
    })}
    ${textInput({
      id: 'join-team',
      label: text.team,
      error: join.errors['join-team'],
      value: join.teamName,
      onInput: (teamName) => actions.changeJoin({ teamName }),
    })}`;
}

/** Without a camera the box for the code is enough; the reason is said, and it is in nobody's way. */
function camera(join: JoinForm, actions: Actions): TemplateResult {
  const text = words.join;
  switch (join.camera) {
    case 'none':
      return html`<p class="govuk-body" role="status">${text.cameraNone}</p>`;
    case 'refused':
      return html`<p class="govuk-body" role="status">${text.cameraRefused}</p>`;
    case 'off':
      return button({ text: text.scan, kind: 'secondary', onPress: actions.startCamera, id: 'join-scan' });
    case 'asking':
    case 'on':
      return html`<p class="govuk-body" role="status">${join.camera === 'on' ? text.scanOn : text.scanAsking}</p>
        <video class="app-camera" id="join-camera" muted playsinline aria-label=${text.scanVideo}></video>
        ${button({ text: text.scanStop, kind: 'secondary', onPress: actions.stopCamera })}`;
  }
}
