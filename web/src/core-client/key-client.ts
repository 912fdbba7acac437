/**
 * The ways into the open vault: other keys, one more, a recovery key, a distress phrase. keys.list, keys.label,
 * keys.remove and keys.policy hold no secret and are ordinary commands.
 */
import type { RecoveryKeyReply } from '../protocol/envelope.ts';
import type { KeysAddReply, KeysChangeReply, KeysDistressReply, KeysRecoveryConfirmReply } from '../protocol/protocol.gen.ts';
import type { Keys, Result, StoreConnection } from './store-connection.ts';

/** Runs with the connection of the open vault; stopped without one. */
type WithConnection = (send: (connection: StoreConnection) => Promise<Result<unknown>>) => Promise<Result<unknown>>;

export class KeyClient {
  readonly #withConnection: WithConnection;

  constructor(withConnection: WithConnection) {
    this.#withConnection = withConnection;
  }

  /**
   * Other keys instead of old ones; without old ones, of those that opened the vault. Copies of the vault made before
   * still open with the old ones: the person is told.
   */
  async change(next: Keys, old?: Keys): Promise<Result<KeysChangeReply>> {
    const keys = old === undefined ? [next] : [next, old];
    const sent = this.#withConnection((connection) =>
      connection.sendWithKeys(keys, ([secrets = {}, oldSecrets]) => ({ control: 'change-key', secrets, old: oldSecrets })),
    );
    return (await sent) as Result<KeysChangeReply>;
  }

  /** Whether these, all together, open the vault that is open. auth: they do not; it counts as a wrong try. */
  async prove(keys: Keys): Promise<Result<object>> {
    const sent = this.#withConnection((connection) =>
      connection.sendWithKeys([keys], ([given]) => ({ control: 'prove-key', ...given })),
    );
    return (await sent) as Result<object>;
  }

  /** One more way in. */
  async add(keys: Keys): Promise<Result<KeysAddReply>> {
    const sent = this.#withConnection((connection) =>
      connection.sendWithKeys([keys], ([given]) => ({ control: 'add-key', ...given })),
    );
    return (await sent) as Result<KeysAddReply>;
  }

  /** A phrase that opens an empty vault instead of this one (docs/adr/0014). */
  async setDistressPhrase(passphrase: string): Promise<Result<KeysDistressReply>> {
    const sent = this.#withConnection((connection) =>
      connection.sendWithKeys([{ passphrase }], ([given]) => ({ control: 'set-distress-phrase', ...given })),
    );
    return (await sent) as Result<KeysDistressReply>;
  }

  /** A new recovery key to print. It opens nothing until confirmRecoveryKey() got it as it was typed back. */
  async makeRecoveryKey(): Promise<Result<RecoveryKeyReply>> {
    const sent = this.#withConnection((connection) => connection.send({ control: 'make-recovery-key' }));
    return (await sent) as Result<RecoveryKeyReply>;
  }

  /** mistyped: detail names the group, or says that it is another key. */
  async confirmRecoveryKey(typed: string): Promise<Result<KeysRecoveryConfirmReply>> {
    const sent = this.#withConnection((connection) => sendTyped(connection, 'confirm-recovery-key', typed));
    return (await sent) as Result<KeysRecoveryConfirmReply>;
  }
}

export function sendTyped(
  connection: StoreConnection,
  control: 'unlock-with-recovery-key' | 'confirm-recovery-key',
  text: string,
): Promise<Result<unknown>> {
  const typed = new TextEncoder().encode(text).buffer;
  return connection.send({ control, typed }, [typed]);
}
