/** Shapes of the files of core/content, as content.get answers them. Texts come from there, never from code. */

export type ChoiceName = string;
/** choice name, then value, then label */
export type Choices = Readonly<Record<ChoiceName, Readonly<Record<string, string>>>>;

export interface Point {
  readonly id: string;
  readonly title: string;
  readonly text: string;
}

export interface PointsPage {
  readonly title: string;
  readonly intro: string;
  readonly points: readonly Point[];
}

export interface AfterAsking extends PointsPage {
  readonly notTold: { readonly label: string; readonly hint?: string };
}

export interface Area {
  readonly id: string;
  readonly title: string;
  readonly rules: AreaRules;
  readonly source: string;
  readonly checkedOn: string;
}

export interface AreaRules {
  readonly vhrThreshold: number;
  readonly localCriteria: readonly string[];
}

/** One item of the FHIR Questionnaire, as far as a screen needs it. */
export interface QuestionnaireItem {
  readonly linkId: string;
  readonly prefix?: string;
  readonly text?: string;
  readonly type: string;
  readonly item?: readonly QuestionnaireItem[];
}

export interface Questionnaire {
  readonly title: string;
  readonly version: string;
  readonly copyright: string;
  readonly purpose?: string;
  readonly item: readonly QuestionnaireItem[];
}

export interface FieldWords {
  readonly field: string;
  readonly label: string;
  readonly hint?: string;
}

export interface PlanTemplateItem {
  readonly id: string;
  readonly prompt: string;
}

export interface PlanSection {
  readonly id: string;
  readonly title: string;
  readonly inVictimCopy: string;
  readonly items: readonly PlanTemplateItem[];
}

export interface PlanTemplate {
  readonly title: string;
  readonly intro: string;
  readonly header: readonly FieldWords[];
  readonly itemFields: readonly FieldWords[];
  readonly victimCopy: { readonly title: string; readonly rules: readonly string[] };
  readonly sections: readonly PlanSection[];
}

export interface Service {
  readonly id: string;
  readonly service: string;
  readonly kind: string;
  readonly number: string;
  readonly hours: string;
  readonly note?: string;
  readonly checkedOn: string | null;
}

export interface Emergency {
  readonly title: string;
  readonly notice: string;
  readonly unconfirmed: string;
  readonly danger: { readonly title: string; readonly text: string; readonly press55: string };
  readonly nations: readonly { readonly id: string; readonly title: string; readonly services: readonly Service[] }[];
}

/** A sentence for an error or a state: what happened, what it means, and a way on. */
export interface Notice {
  readonly title: string;
  readonly text: string;
  readonly wayOn: string;
}

export interface Errors {
  readonly errors: Readonly<Record<string, Notice>>;
  readonly states: Readonly<Record<string, Notice>>;
  readonly gaps: Readonly<Record<string, string>>;
  readonly gapFields: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

export interface TitleText {
  readonly title: string;
  readonly text: string;
}

/** The words of one criterion: a title, and a sentence per status with names in braces. */
export type CriterionWords = { readonly id: string; readonly title: string } & Readonly<Record<string, string>>;

export interface CriteriaWords {
  readonly statuses: Readonly<Record<string, string>>;
  readonly belowThreshold: string;
  readonly result: {
    readonly refer: TitleText;
    readonly sentEarlier: TitleText;
    readonly noCriterion: TitleText;
    readonly notEligible: TitleText;
  };
  readonly criteria: Readonly<Record<string, CriterionWords>>;
  readonly reasons: Readonly<Record<string, string>>;
  readonly notices: Readonly<Record<string, TitleText>>;
  readonly composites: Readonly<Record<string, TitleText>>;
  readonly clusters: Readonly<Record<string, TitleText>>;
  readonly judgementPrompt: TitleText;
}

/** Where a field of the referral comes from; null: printed for handwriting. */
export interface ReferralSource {
  readonly record: string;
  readonly role?: string;
  readonly field: string;
}

export interface ReferralField {
  readonly id: string;
  readonly label: string;
  readonly from: ReferralSource | null;
}

export interface ReferralSection {
  readonly id: string;
  readonly title: string;
  readonly each?: string;
  readonly fields: readonly ReferralField[];
}

export interface ReferralWords {
  readonly title: string;
  readonly empty: string;
  readonly sections: readonly ReferralSection[];
}

export interface Credit {
  readonly name: string;
  readonly by: string;
  readonly licence: string;
  readonly use: string;
  readonly change?: string;
}

export interface About {
  readonly title: string;
  readonly what: readonly string[];
  readonly limits: readonly string[];
  readonly credits: readonly Credit[];
  readonly sources: readonly { readonly title: string; readonly publisher: string; readonly year?: string }[];
}

export interface ToConfirm {
  readonly title: string;
  readonly intro: string;
  readonly points: readonly Point[];
}

/** Every content file a screen may use, by the name content.get knows it under. */
export interface ContentFiles {
  readonly 'dash-adult': Questionnaire;
  readonly 'before-asking': PointsPage;
  readonly 'after-asking': AfterAsking;
  readonly areas: { readonly areas: readonly Area[] };
  readonly 'safety-plan': PlanTemplate;
  readonly 'criteria-words': CriteriaWords;
  readonly emergency: Emergency;
  readonly referral: ReferralWords;
  readonly choices: { readonly choices: Choices };
  readonly errors: Errors;
  readonly 'to-confirm': ToConfirm;
  readonly about: About;
}

export type ContentName = keyof ContentFiles;

export const CONTENT_NAMES: readonly ContentName[] = [
  'dash-adult', 'before-asking', 'after-asking', 'areas', 'safety-plan', 'criteria-words', 'emergency', 'referral',
  'choices', 'errors', 'to-confirm', 'about',
];
