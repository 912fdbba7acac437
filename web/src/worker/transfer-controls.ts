/** The controls that carry a whole vault somewhere: exports, restores, a change of master key. One at a time. */
import type { CallResult, Control } from '../protocol/envelope.ts';
import { BackupControls, type BackupPorts } from './backup-controls.ts';
import { RekeyControls, type RekeyPorts } from './rekey-controls.ts';

const NAMES = ['export', 'verify-export', 'export-head', 'restore-export', 'rekey', 'settle'] as const;
export type TransferControl = Extract<Control, { readonly control: (typeof NAMES)[number] }>;

export function isTransfer(control: Control): control is TransferControl {
  return (NAMES as readonly string[]).includes(control.control);
}

/** What the environment of a worker has to give for them. */
export type TransferEnvironment = BackupPorts['environment'] & RekeyPorts['environment'];

export class TransferControls {
  readonly #backup: BackupControls;
  readonly #rekey: RekeyControls;

  constructor(ports: BackupPorts & RekeyPorts) {
    this.#backup = new BackupControls(ports);
    this.#rekey = new RekeyControls(ports);
  }

  /** It is in the queue now, and can be cancelled there. */
  announce({ control }: TransferControl): void {
    if (control === 'export' || control === 'verify-export' || control === 'restore-export') {
      this.#backup.announce();
    }
  }

  cancel(): void {
    this.#backup.cancel();
    this.#rekey.cancel();
  }

  /** close: the files are closed and the worker ends. */
  run(message: TransferControl, close: () => void): Promise<CallResult<unknown, string>> {
    switch (message.control) {
      case 'export':
        return this.#backup.export();
      case 'verify-export':
        return this.#backup.verify(message.file, message.secrets);
      case 'export-head':
        return this.#backup.head(message.file);
      case 'restore-export':
        return this.#backup.restore(message.file, message.entry, message.secrets);
      case 'rekey':
        return this.#rekey.rekey(message.to, message.memoryKib, message.secrets, close);
      case 'settle':
        return this.#rekey.settle();
    }
  }
}
