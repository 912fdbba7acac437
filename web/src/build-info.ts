/**
 * The one matching set of files this code was built with. build-scripts/build-web.mjs writes the
 * value into each bundle, so that a page never meets the worker or the wasm of another build.
 * Addresses are absolute paths on the app's own origin; every name but the service worker's holds
 * a hash of its content.
 */
export interface BuildFile {
  readonly url: string;
  /** Subresource integrity, for `fetch(url, { integrity })`. */
  readonly integrity: string;
}

export interface BuildInfo {
  /** Hash of everything that went into the build: 16 hex digits. */
  readonly hash: string;
  /** `version` of core/protocol/protocol.json. */
  readonly protocolVersion: number;
  /** Worker scripts (ES modules) and the service worker: the only addresses policy `fk-url` admits. */
  readonly storeWorkerUrl: string;
  readonly kdfWorkerUrl: string;
  readonly serviceWorkerUrl: string;
  readonly coreWasm: BuildFile;
  readonly kdfWasm: BuildFile;
  /** EFF large word list: 7,776 lines of five dice digits, a tab and the word. */
  readonly wordList: BuildFile;
}

declare const FK_BUILD: BuildInfo;

export const buildInfo: BuildInfo = FK_BUILD;
