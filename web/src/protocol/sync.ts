/** Where a run of sync stands: what the core says, and one reason of the host that the core cannot know. */
import type { SyncStatusReply } from './protocol.gen.ts';

/** `problem` is an error of errors.json, or `hub_forbidden`: this page's own policy does not let it reach that address. */
export type SyncStatus = SyncStatusReply;
