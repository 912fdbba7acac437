import type { AppState } from './model.ts';

/** True when the title of the page begins with `Error: `. */
export function hasError(state: AppState): boolean {
  const phaseProblem = 'problem' in state.phase && state.phase.problem !== undefined;
  const stepProblem = state.phase.kind === 'no-vault' && state.phase.step.kind === 'confirm' && state.phase.step.problem !== undefined;
  return phaseProblem || stepProblem || state.problem !== undefined || state.isGapsRefused || (state.form?.errors.length ?? 0) > 0 || hasTypedError(state);
}

function hasTypedError({ route, team, vaults }: AppState): boolean {
  const errors = route.name === 'join' ? team.join.errors : route.name === 'invite' ? team.invite.errors : vaults.naming.errors;
  return Object.keys(errors).length > 0 || vaults.removal.error !== undefined;
}
