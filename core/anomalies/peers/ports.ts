/** Where groups of peers are compared, and what was learned of them is kept. */

import type { Profile } from '../../metrics/targets/target.ts';
import type { VersionedBytes } from '../../shared/versioned-bytes.ts';

/** A group of targets of one profile; large profiles are split into `parts`, counted from 0. */
export interface PeerGroupName {
  readonly tenantId: string;
  readonly profile: Profile;
  readonly part: number;
  readonly parts: number;
}

/** One comparison to be made. */
export interface PeerWork extends PeerGroupName {
  readonly targetIds: readonly string[];
  /** Metrics that are ever-growing totals: compared as rates per second. */
  readonly counters: readonly string[];
  /** Epoch seconds of the oldest point of any target. */
  readonly firstSeen: number;
  /** Whether to forget what was learned and learn the kept history instead. */
  readonly relearn: boolean;
}

export interface PeerStateFiles {
  /** What was learned of a group; undefined where nothing was kept yet. */
  read(group: PeerGroupName): Promise<VersionedBytes | undefined>;
  /** Replaces what was kept if it is still `expected` (undefined: nothing); false where somebody else was faster. */
  replace(group: PeerGroupName, bytes: Uint8Array, expected: string | undefined): Promise<boolean>;
}

export interface PeerWorkStarter {
  /** Has a group compared, some time soon and at least once. */
  start(work: PeerWork): Promise<void>;
}
