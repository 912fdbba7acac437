/** Everything a view can ask for. The app implements it; views know nothing behind it. */
import type { DatePart, FieldRef } from '../state/form.ts';
import type { Json } from '../state/json.ts';
import type { RestoreWay } from '../state/model.ts';
import type { Decision } from '../state/conflicts.ts';
import type { Route } from '../state/routes.ts';
import type { InviteForm, JoinForm, Progress } from '../state/team.ts';
import type { NamingForm, Removal } from '../state/vaults.ts';

export type DocumentType = 'assessment' | 'safety_plan' | 'referral';
export type RecordForm = 'person' | 'contact' | 'incident' | 'prior';

/** The passphrase there is, and a phrase of the person's own, twice. */
export interface TypedPhrases {
  readonly now: string;
  readonly own: string;
  readonly again: string;
}

export interface Actions {
  readonly go: (route: Route) => void;
  readonly lock: () => void;
  readonly hide: () => void;
  readonly showUnlock: () => void;
  readonly moveHere: () => void;
  readonly restart: () => void;
  readonly acceptUpdate: () => void;
  readonly focusControl: (id: string) => void;

  readonly makeWords: () => void;
  readonly wordsNoted: () => void;
  readonly seeWordsAgain: () => void;
  readonly confirmWords: (typed: string) => void;
  readonly removeUnfinished: () => void;
  /** Somebody types the passphrase: what opening needs is loaded meanwhile. */
  readonly unlockBegun: () => void;
  readonly unlock: (typed: string) => void;
  readonly unlockWithPasskey: (typed: string) => void;
  /** The damaged vault is to be looked at; the passphrase is asked for next. */
  readonly lookAtDamaged: () => void;
  readonly showPassphrase: (isShown: boolean) => void;
  readonly askForPersistence: () => void;

  /** The PIN of this session, before the first screen. */
  readonly choosePin: (typed: string) => void;
  readonly skipPin: () => void;
  readonly openByPin: (typed: string) => void;
  /** Gives the PIN up: the keys are wiped. */
  readonly usePassphrase: () => void;
  readonly changePin: (typed: string) => void;
  readonly changeLimits: (idleS: number, hiddenS: number) => void;

  /** The same without asking for a copy first. */
  readonly lockNow: () => void;
  /** A sealed copy as a file: made and read back, then taken. */
  readonly makeCopy: () => void;
  readonly cancelCopy: () => void;
  readonly takeCopy: () => void;
  readonly beginRestore: () => void;
  readonly chooseRestoreWay: (way: RestoreWay) => void;
  /** typed: the passphrase or the recovery key, as the chosen way has it. */
  readonly restore: (file: Blob | undefined, typed: string) => void;
  readonly leaveRestore: () => void;

  readonly chooseWhy: (why: 'ordinary' | 'known') => void;
  /** typed: the passphrase there is, where it is asked for. */
  readonly makeNewWords: (typed: string) => void;
  readonly newWordsNoted: () => void;
  readonly seeNewWordsAgain: () => void;
  readonly confirmNewWords: (typed: string) => void;
  readonly makeRecoveryKey: () => void;
  readonly recoveryKeyNoted: () => void;
  readonly confirmRecoveryKey: (typed: string) => void;
  /** Which words go with a passkey. */
  readonly choosePhrase: (phrase: 'same' | 'own') => void;
  readonly addPasskey: (typed: TypedPhrases) => void;
  /** The passphrase alone stops opening; typed: the words that go with the passkey. */
  readonly retirePassphrase: (typed: string) => void;
  /** A distress phrase; typed: the passphrase there is. Before it nothing is shown. */
  readonly proveForDistress: (typed: string) => void;
  readonly makeDistressWords: () => void;
  readonly distressWordsNoted: () => void;
  readonly seeDistressWordsAgain: () => void;
  readonly confirmDistressWords: (typed: string) => void;
  readonly removeDistress: () => void;
  readonly askToRemoveKey: (slotIndex: number | undefined) => void;
  readonly removeKey: () => void;
  readonly beginRecovery: () => void;
  readonly unlockWithRecoveryKey: (typed: string) => void;

  /** The first step of making a vault. */
  readonly beginVault: (isPractice: boolean) => void;
  readonly changeNaming: (change: Partial<NamingForm>) => void;
  readonly nameVault: () => void;
  readonly renameVault: () => void;
  /** Locks what is open and shows the vaults of this device. */
  readonly showVaults: () => void;
  readonly chooseVault: (directory: string) => void;
  readonly anotherVault: () => void;
  /** Taking away the chosen vault while it is locked. */
  readonly beginRemoval: () => void;
  readonly changeRemoval: (change: Partial<Removal>) => void;
  readonly removeVault: () => void;
  readonly stayLocked: () => void;

  readonly search: (text: string) => void;
  readonly showMore: () => void;
  readonly newCase: () => void;
  readonly addRecord: (form: RecordForm, caseId: string) => void;

  /** typed text: kept after a short pause */
  readonly input: (ref: FieldRef, value: Json) => void;
  /** a tap: kept at once */
  readonly choose: (ref: FieldRef, value: Json) => void;
  readonly inputDate: (ref: FieldRef, part: DatePart, text: string) => void;
  readonly leaveField: () => void;
  readonly saveAgain: () => void;
  /** Opens the vault again after its storage failed; what could not be saved is kept for then. */
  readonly unlockAgain: () => void;

  /** Finish the records of the form and go on to the case. */
  readonly saveForm: () => void;
  /** Save what is on screen, then go; stays when something could not be saved. */
  readonly saveAndGo: (route: Route) => void;
  readonly discardDraft: () => void;
  readonly removeRecord: (reason: string) => void;

  readonly beginDocument: (type: DocumentType, caseId: string) => void;
  readonly beginVersion: (reason: string) => void;
  readonly completeDocument: () => void;
  /** What a draft of a document says so far goes to the team. */
  readonly shareDraft: (recordId: string) => void;
  /** The professional section was seen, whatever was written in it. */
  readonly finishProfessional: (next: Route) => void;
  /** Records every topic without an answer as not asked or not answered. */
  readonly markNotAnswered: (topicIds: readonly string[]) => void;
  readonly refreshEvaluation: () => void;
  readonly addPlanItem: (sectionId: string, itemId: string | undefined, text: string) => void;
  readonly removePlanItem: (key: string) => void;

  /** What is chosen and typed about a field that differs. */
  readonly changeDecision: (change: Partial<Decision>) => void;
  readonly decide: () => void;

  /** One run now, whatever the browser believes of the network. */
  readonly syncNow: () => void;
  readonly cancelSync: () => void;
  /** The list of records that got so far. */
  readonly showItems: (state: Progress) => void;
  readonly showMoreItems: () => void;

  readonly changeJoin: (change: Partial<JoinForm>) => void;
  /** The code in groups, as it is read. */
  readonly leaveJoinCode: () => void;
  readonly startCamera: () => void;
  readonly stopCamera: () => void;
  readonly join: () => void;
  readonly confirmJoin: () => void;
  readonly cancelJoin: () => void;

  readonly changeInvite: (change: Partial<InviteForm>) => void;
  readonly makeInvite: () => void;
  readonly confirmInvite: (inviteId: string) => void;
  readonly withdrawInvite: (inviteId: string) => void;
  /** The words were not the same: withdrawn, with a sentence of what that means. */
  readonly refuseInvite: (inviteId: string) => void;

  readonly print: () => void;
  readonly checkStorage: () => void;
  /** The file that is on screen, as it is. */
  readonly saveSupportFile: () => void;
  readonly dismissReminder: () => void;
  /** the person knows that the agency's recovery key opens this vault */
  readonly escrowSeen: () => void;
}
