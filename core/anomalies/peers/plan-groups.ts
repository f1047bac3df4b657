/** Plans which targets are compared with each other. */

import { PROFILES, type Target } from '../../metrics/targets/target.ts';
import { HOUR_SECONDS } from '../../shared/time.ts';
import { MIN_PEERS } from '../engine/peer-detector.ts';
import type { PeerWork } from '../ports.ts';

/** Larger groups are split: more peers do not improve the comparison, and take longer to read. */
export const MAX_PEERS = 256;
/** Targets without points for longer are omitted. */
export const SEEN_SECONDS = 2 * HOUR_SECONDS;
/** Keeps the payload of an asynchronous invocation below 256 KB. */
const MAX_COUNTERS = 400;

/** FNV-1a, 32 bits: the part of an id does not depend on the other members of the group. */
const hashOf = (text: string): number => {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return (hash ^ (hash >>> 15)) >>> 0;
};

/** A power of two, so that a growing group is split in halves and the other members of each half stay the same. */
const partsFor = (targets: number): number => 2 ** Math.max(0, Math.ceil(Math.log2(targets / MAX_PEERS)));

const countersOf = (targets: readonly Target[]): string[] => {
  const names = targets.flatMap(({ metrics }) =>
    Object.entries(metrics).flatMap(([name, { kind }]) => (kind === 'counter' ? [name] : [])),
  );
  return [...new Set(names)].sort().slice(0, MAX_COUNTERS);
};

const byId = (a: string, b: string): number => (a < b ? -1 : 1);

/**
 * Groups the recently seen targets of a tenant by profile, splits large groups by a hash of the target id, and omits
 * groups of fewer than four. `now` in epoch seconds. The order of the targets does not matter.
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
