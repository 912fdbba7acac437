/**
 * An enrolment code as a person types it. Only its look: which signs are allowed and whether they fit is decided by the core
 * (core/roster/include/fk/enrol_code.h).
 */
const GROUP_SIGNS = 4;
/** Ends typing: more signs than any code has. */
export const CODE_SIGNS_MAX = 80;

/** Signs without what people put between them; letters that look like digits become those. */
export function codeSigns(typed: string): string {
  return typed
    .toUpperCase()
    .replace(/[^0-9A-Z]/g, '')
    .replace(/[IL]/g, '1')
    .replace(/O/g, '0')
    .slice(0, CODE_SIGNS_MAX);
}

/** `7G2K-0A1Z-…`: groups of four, as the other screen shows them. */
export function groupedCode(typed: string): string {
  return codeGroups(typed).join('-');
}

export function codeGroups(typed: string): readonly string[] {
  return codeSigns(typed).match(new RegExp(`.{1,${GROUP_SIGNS}}`, 'g')) ?? [];
}
