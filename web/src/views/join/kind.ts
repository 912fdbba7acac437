import type { TemplateResult } from 'lit-html';
import type { DeviceKind } from '../../state/team.ts';
import { words } from '../../app/words.en.ts';
import type { ControlProps } from '../../components/control.ts';
import { radios } from '../../components/radios/radios.ts';

const KINDS: readonly DeviceKind[] = ['tablet', 'office', 'phone'];

export interface KindProps extends ControlProps {
  readonly value: DeviceKind | '';
  readonly onChoose: (kind: DeviceKind) => void;
}

/** What kind of device it is decides whether it confirms for others, so each kind says what it is for. */
export function kindRadios(props: KindProps): TemplateResult {
  return radios({
    ...props,
    options: KINDS.map((kind) => ({ value: kind, label: words.team.kinds[kind], hint: words.team.kindHints[kind] })),
    onChoose(value) {
      const kind = KINDS.find((each) => each === value);
      if (kind !== undefined) props.onChoose(kind);
    },
  });
}
