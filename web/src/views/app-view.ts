/** State to screen. Exhaustive: a phase or route without a view does not compile. */
import { html, type TemplateResult } from 'lit-html';
import type { AppState } from '../state/model.ts';
import { specOf } from '../state/routes.ts';
import type { Actions } from './actions.ts';
import { aboutView } from './about/about.ts';
import { assessmentView } from './assessment/assessment.ts';
import { newVersionView } from './assessment/new-version.ts';
import { backupView } from './backup/backup.ts';
import { leaveView } from './backup/leave.ts';
import { caseNewView } from './case-new/case-new.ts';
import { caseView } from './case/case.ts';
import { casesView } from './cases/cases.ts';
import { caseConflictsView, conflictsView } from './conflicts/conflicts.ts';
import { conflictView } from './conflicts/conflict.ts';
import { recordHistoryView } from './conflicts/record-history.ts';
import { contactView } from './contact/contact.ts';
import { dashAfterView, dashBeforeView, dashProfessionalView } from './dash/dash-pages.ts';
import { dashCheckView } from './dash/dash-check.ts';
import { dashItemView, dashListView } from './dash/dash-topics.ts';
import { discardView } from './discard/discard.ts';
import { removeView } from './discard/remove.ts';
import { emergencyView } from './emergency/emergency.ts';
import { factsView } from './facts/facts.ts';
import { gateView, hiddenView } from './gates/gates.ts';
import { incidentView } from './incident/incident.ts';
import { invitationView } from './invite/invitation.ts';
import { inviteView } from './invite/invite.ts';
import { joinView } from './join/join.ts';
import { personView } from './person/person.ts';
import { planCheckView } from './plan/plan-check.ts';
import { planHeaderView } from './plan/plan-header.ts';
import { planSectionView, planSectionsView } from './plan/plan-sections.ts';
import { planCopyView, planView } from './plan/plan-view.ts';
import { priorView } from './prior/prior.ts';
import { referralCheckView, referralFormView } from './referral/referral-form.ts';
import { referralView } from './referral/referral-print.ts';
import { resultView } from './result/result.ts';
import { locksView } from './locks/locks.ts';
import { isKeyChange, keysView, noKeyChangeView } from './keys/keys.ts';
import { keyDistressView } from './keys/key-distress.ts';
import { keyPasskeyView } from './keys/key-passkey.ts';
import { keyRecoveryView } from './keys/key-recovery.ts';
import { keyWordsView } from './keys/key-words.ts';
import { loadingView } from './shell/shell.ts';
import { storageView } from './storage/storage.ts';
import { supportView } from './support/support.ts';
import { syncView } from './sync/sync.ts';
import { teamView } from './team/team.ts';
import { isOfATeam, notInPracticeView } from './vaults/practice.ts';
import { removeVaultView } from './vaults/remove.ts';
import { vaultsView } from './vaults/vaults.ts';

export function appView(state: AppState, actions: Actions): TemplateResult {
  const { phase } = state;
  if (phase.kind === 'hidden') return hiddenView(actions);
  if (phase.kind === 'open' || specOf(state.route.name).access === 'always') return routeView(state, actions);
  return gateView(state, actions, phase);
}

function routeView(state: AppState, actions: Actions): TemplateResult {
  const { route } = state;
  /* A screen of a case is drawn when its case is there; until then nothing of another case is seen. */
  if ('caseId' in route && route.name !== 'case-new' && state.file?.caseId !== route.caseId) return loadingView(state, actions);
  if (state.vaults.isPractice && isOfATeam(route.name)) return notInPracticeView(state, actions);
  if (state.problem !== undefined && isKeyChange(route.name)) return noKeyChangeView(state, actions, state.problem);
  switch (route.name) {
    case 'cases':
      return casesView(state, actions);
    case 'case-new':
      return caseNewView(state, actions);
    case 'case':
      return caseView(state, actions);
    case 'facts':
      return factsView(state, actions, route);
    case 'person':
      return personView(state, actions, route);
    case 'contact':
      return contactView(state, actions, route);
    case 'incident':
      return incidentView(state, actions, route);
    case 'prior':
      return priorView(state, actions, route);
    case 'discard':
      return discardView(state, actions, route);
    case 'remove':
      return removeView(state, actions, route);
    case 'dash-before':
      return dashBeforeView(state, actions, route);
    case 'dash-item':
      return dashItemView(state, actions, route);
    case 'dash-list':
      return dashListView(state, actions, route);
    case 'dash-professional':
      return dashProfessionalView(state, actions, route);
    case 'dash-after':
      return dashAfterView(state, actions, route);
    case 'dash-check':
      return dashCheckView(state, actions, route);
    case 'assessment':
      return assessmentView(state, actions, route);
    case 'new-version':
      return newVersionView(state, actions, route);
    case 'result':
      return resultView(state, actions, route);
    case 'plan-header':
      return planHeaderView(state, actions, route);
    case 'plan-sections':
      return planSectionsView(state, actions, route);
    case 'plan-section':
      return planSectionView(state, actions, route);
    case 'plan-check':
      return planCheckView(state, actions, route);
    case 'plan':
      return planView(state, actions, route);
    case 'plan-copy':
      return planCopyView(state, actions, route);
    case 'referral-form':
      return referralFormView(state, actions, route);
    case 'referral-check':
      return referralCheckView(state, actions, route);
    case 'referral':
      return referralView(state, actions, route);
    case 'conflicts':
      return conflictsView(state, actions);
    case 'case-conflicts':
      return caseConflictsView(state, actions, route);
    case 'conflict':
      return conflictView(state, actions, route);
    case 'record-history':
      return recordHistoryView(state, actions, route);
    case 'storage':
      return storageView(state, actions);
    case 'locks':
      return locksView(state, actions);
    case 'keys':
      return keysView(state, actions);
    case 'key-words':
      return keyWordsView(state, actions);
    case 'key-passkey':
      return keyPasskeyView(state, actions);
    case 'key-recovery':
      return keyRecoveryView(state, actions);
    case 'key-distress':
      return keyDistressView(state, actions);
    case 'backup':
      return backupView(state, actions);
    case 'leave':
      return leaveView(state, actions);
    case 'vaults':
      return vaultsView(state, actions);
    case 'remove-vault':
      return removeVaultView(state, actions);
    case 'support':
      return supportView(state, actions);
    case 'sync':
      return syncView(state, actions);
    case 'team':
      return teamView(state, actions);
    case 'join':
      return joinView(state, actions);
    case 'invite':
      return inviteView(state, actions);
    case 'invitation':
      return invitationView(state, actions, route);
    case 'emergency':
      return emergencyView(state, actions);
    case 'about':
      return aboutView(state, actions);
    default:
      return unreachable(route);
  }
}

function unreachable(route: never): TemplateResult {
  return html`${String(route)}`;
}
