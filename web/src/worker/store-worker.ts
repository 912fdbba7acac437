/** The dedicated worker that holds one vault: its files, its keys, the core. Ends with the lock. */
import type { ProgramGiven, StoreMessage, StoreRequest } from '../protocol/envelope.ts';
import { Core, type HostPorts, type VaultFiles } from './core.ts';
import { GivenProgram } from './given-program.ts';
import {
  copyLabel, moveJournal, openScratchFiles, openVaultFiles, probeStorage, removeScratchDirectory, removeVaultDirectory,
} from './opfs.ts';
import { forbiddenAddresses } from './forbidden.ts';
import { StoreService } from './store-service.ts';
import { writeLabel } from './vault-folder.ts';

declare const self: DedicatedWorkerGlobalScope;

function hostPorts(files: VaultFiles): HostPorts {
  return {
    files,
    nowMs: () => Date.now(),
    monotonicMs: () => performance.now(),
    fillRandom: (target) => void crypto.getRandomValues(target),
  };
}

const program = new GivenProgram();

const service = new StoreService({
  openFiles: openVaultFiles,
  removeDirectory: removeVaultDirectory,
  writeLabel,
  probe: probeStorage,
  openScratch: openScratchFiles,
  removeScratch: removeScratchDirectory,
  copyLabel,
  journal: moveJournal,
  loadCore: async (files) => Core.load(await program.module(), hostPorts(files)),
  sync: {
    fetch: (url, init) => fetch(url, init),
    setTimer(ms, run) {
      const timer = setTimeout(run, ms);
      return () => clearTimeout(timer);
    },
    monotonicMs: () => performance.now(),
    wasForbidden: forbiddenAddresses(self),
  },
  every(ms, run) {
    const timer = setInterval(run, ms);
    return () => clearInterval(timer);
  },
  post: (message: StoreMessage) => self.postMessage(message),
  end: () => self.close(),
});

self.onmessage = ({ data }: MessageEvent<ProgramGiven | StoreRequest>) => {
  if ('id' in data) service.receive(data);
  else program.take(data);
};
