/** The window title: plain words that say nothing about the work or about anybody. Browsers keep titles in their history. */
import type { AppState } from '../state/model.ts';
import { specOf } from '../state/routes.ts';
import { words } from '../app/words.en.ts';
import { hasError } from '../state/has-error.ts';

export function pageTitle(state: AppState): string {
  if (state.phase.kind === 'hidden') return words.hidden.title;
  const part = titlePart(state);
  const error = hasError(state) ? words.shell.error : '';
  return part === '' ? `${error}${state.appName}` : `${error}${part} - ${state.appName}`;
}

function titlePart(state: AppState): string {
  const spec = specOf(state.route.name);
  if (state.phase.kind === 'open' || spec.access === 'always') return spec.title;
  if (state.phase.kind === 'locked' || state.phase.kind === 'warm' || state.phase.kind === 'choose-pin') return words.titles.locked;
  if (state.phase.kind === 'no-vault') return words.titles.start;
  return '';
}
