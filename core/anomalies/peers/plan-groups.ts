/** Which targets are compared with which. */

import { PROFILES, type Target } from '../../metrics/targets/target.ts';
import { HOUR_SECONDS } from '../../shared/time.ts';
import { MIN_PEERS } from '../engine/peer-detector.ts';
import type { PeerWork } from '../ports.ts';

/** More targets than this are no better peers, and take longer to read: larger groups are split. */
export const MAX_PEERS = 256;
/** Targets silent for longer are left out: they have nothing to compare. */
export const SEEN_SECONDS = 2 * HOUR_SECONDS;
/** What one asynchronous invocation may carry is 256 KB. */
const MOST_COUNTERS = 400;

/** FNV-1a, 32 bits: the same id falls into the same part, whoever else is there. */
const hashOf = (text: string): number => {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return (hash ^ (hash >>> 15)) >>> 0;
};

/** The smallest power of two: a group that grows is cut in halves, and every half keeps its members. */
const partsFor = (targets: number): number => 2 ** Math.max(0, Math.ceil(Math.log2(targets / MAX_PEERS)));

const countersOf = (targets: readonly Target[]): string[] => {
  const names = targets.flatMap(({ metrics }) =>
    Object.entries(metrics).flatMap(([name, { kind }]) => (kind === 'counter' ? [name] : [])),
  );
  return [...new Set(names)].sort().slice(0, MOST_COUNTERS);
};

const byId = (a: string, b: string): number => (a < b ? -1 : 1);

/**
 * Groups a tenant's targets that were seen lately by profile, splits large groups by a hash of the target's id, and
 * leaves out groups of fewer than four. `now` in epoch seconds. The order of the targets does not matter.
 */
export const planPeerGroups = (
  tenantId: string,
  targets: readonly Target[],
  now: number,
): Omit<PeerWork, 'relearn'>[] =>
  PROFILES.flatMap((profile) => {
    const seen = targets.filter((one) => one.profile === profile && one.lastSeen > now - SEEN_SECONDS);
    const parts = partsFor(seen.length);
    return Array.from({ length: parts }, (_, part) => {
      const own = seen.filter(({ targetId }) => (hashOf(targetId) & (parts - 1)) === part);
      const targetIds = own.map(({ targetId }) => targetId).sort(byId);
      const firstSeen = Math.min(...own.map((target) => target.firstSeen));
      return { tenantId, profile, part, parts, targetIds, counters: countersOf(own), firstSeen };
    }).filter(({ targetIds }) => targetIds.length >= MIN_PEERS);
  });
