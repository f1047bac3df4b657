/**
 * Compares one group of peers. Every step may be repeated: what is found depends only on what was known at the last
 * closed hour and on the stored blocks, anomalies are stored under their own time, and what was learned is written
 * last. So a crash anywhere, a repeat and an overlap all end in the same anomalies and the same events.
 */

import { decodeBlock } from '../../metrics/blocks/block-codec.ts';
import type { StoredBlock } from '../../metrics/blocks/stored-block.ts';
import type { BlockStore } from '../../metrics/ports.ts';
import type { SettingsStore } from '../../platform/settings/ports.ts';
import { InvalidInputError } from '../../shared/errors.ts';
import { DAY_SECONDS, hourOf } from '../../shared/time.ts';
import type { VersionedBytes } from '../../shared/versioned-bytes.ts';
import type { PeerStateFiles, PeerWork } from '../ports.ts';
import { type AnnounceDeparturesDeps, announceDepartures } from './announce-departures.ts';
import { GroupDetectors, packGroupDetectors, unpackGroupDetectors } from './group-detectors.ts';
import { momentsOf, type TargetMoments } from './hour-moments.ts';
import { type GroupChanges, type GroupContext, readyMoments, replayGroupHour } from './replay-group-hour.ts';

export interface CompareDeps extends AnnounceDeparturesDeps {
  readonly states: PeerStateFiles;
  readonly blocks: Pick<BlockStore, 'read'>;
  readonly settings: Pick<SettingsStore, 'get'>;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** What a comparison did. */
export interface ComparisonResult {
  /** Hours that were closed. */
  readonly learnedHours: number;
  readonly departures: number;
}

/** How long an hour stays open after its end, as for the other detectors. */
const GRACE_SECONDS = 900;
/** What a group learns of the kept history when nothing is known of it. */
const LEARNED_DAYS = 7;
/** Blocks read at once; each is reduced to a dozen means per metric before the next are read. */
const BLOCKS_AT_ONCE = 400;

const openStored = (
  { relearn }: PeerWork,
  stored: VersionedBytes | undefined,
): GroupDetectors | undefined => {
  if (stored === undefined || relearn) return undefined;
  try {
    return unpackGroupDetectors(stored.bytes);
  } catch (error) {
    if (error instanceof InvalidInputError) return undefined;
    throw error;
  }
};

/** A damaged block costs one target one hour, not the group. */
const decoded = ({ telemetry }: CompareDeps, { key, bytes }: StoredBlock) => {
  if (bytes === undefined) return undefined;
  try {
    return decodeBlock(bytes);
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    telemetry.count('BlockUnusable');
    telemetry.error('a block could not be compared', { ...key }, error);
    return undefined;
  }
};

/** One hour of all targets, reduced to moments as it is read. */
const readHour = async (
  deps: CompareDeps,
  { tenantId, targetIds, counters }: PeerWork,
  watch: GroupDetectors,
  hour: number,
): Promise<Map<string, TargetMoments>> => {
  const totals = new Set(counters);
  const group = new Map<string, TargetMoments>();
  for (let from = 0; from < targetIds.length; from += BLOCKS_AT_ONCE) {
    const some = targetIds.slice(from, from + BLOCKS_AT_ONCE);
    for (const stored of await deps.blocks.read(some.map((targetId) => ({ tenantId, targetId, hour })))) {
      const block = decoded(deps, stored);
      if (block === undefined) continue;
      const { targetId } = stored.key;
      const known = watch.totals.get(targetId) ?? new Map();
      group.set(targetId, momentsOf(hour, block, totals, known));
      if (known.size > 0) watch.totals.set(targetId, known);
    }
  }
  return group;
};

const range = (from: number, until: number): number[] =>
  Array.from({ length: Math.max(0, until - from) }, (_, i) => from + i);

const mergeChanges = (news: readonly GroupChanges[]): GroupChanges => ({
  departures: news.flatMap(({ departures }) => departures),
  returns: news.flatMap(({ returns }) => returns),
});

/** Learns the hours that are over for good. */
const learn = async (
  deps: CompareDeps,
  work: PeerWork,
  watch: GroupDetectors,
  until: number,
  context: GroupContext,
): Promise<GroupChanges> => {
  const news: GroupChanges[] = [];
  for (const hour of range(watch.openHour, until))
    news.push(replayGroupHour(watch, hour, await readHour(deps, work, watch, hour), context));
  return mergeChanges(news);
};

/** Looks at the hours that are still open, as far as they can be compared. */
const look = async (
  deps: CompareDeps,
  work: PeerWork,
  watch: GroupDetectors,
  now: number,
  context: GroupContext,
): Promise<GroupChanges> => {
  const news: GroupChanges[] = [];
  for (const hour of range(watch.openHour, hourOf(now) + 1)) {
    const group = await readHour(deps, work, watch, hour);
    news.push(replayGroupHour(watch, hour, group, context, readyMoments(hour, group, now)));
  }
  return mergeChanges(news);
};

const startOf = (deps: CompareDeps, work: PeerWork, stored: VersionedBytes | undefined, now: number) => {
  const known = openStored(work, stored);
  const oldest = Math.max(hourOf(now - LEARNED_DAYS * DAY_SECONDS), hourOf(work.firstSeen));
  if (known !== undefined) {
    // After a pause of more than a week the hours in between are passed over.
    known.openHour = Math.max(known.openHour, oldest);
    return known;
  }
  const { tenantId, profile, part, parts, relearn } = work;
  const unknown = stored === undefined ? 'nothing was learned yet' : 'unreadable state';
  const reason = relearn ? 'asked to' : unknown;
  deps.telemetry.info('a group learns anew', { tenantId, profile, part, parts, reason });
  return new GroupDetectors(oldest);
};

/** Compares a group: tells who left their peers, and once an hour keeps what was learned. */
export const compareGroup = async (deps: CompareDeps, work: PeerWork): Promise<ComparisonResult> => {
  const now = Math.floor(deps.now() / 1000);
  const { tenantId } = work;
  const [settings, stored] = await Promise.all([deps.settings.get(tenantId), deps.states.read(work)]);
  const context = { tenantId, settings };
  const watch = startOf(deps, work, stored, now);
  const from = watch.openHour;
  const openHour = Math.max(from, hourOf(now - GRACE_SECONDS));
  const learned = await learn(deps, work, watch, openHour, context);
  if (openHour > from) watch.close(openHour);
  const packed = openHour > from ? packGroupDetectors(watch) : undefined;
  const seen = await look(deps, work, watch, now, context);
  const departures = await announceDepartures(deps, context, now, mergeChanges([learned, seen]));
  if (packed !== undefined && !(await deps.states.replace(work, packed, stored?.version)))
    // Somebody else learned the same blocks meanwhile: what they know is as good.
    deps.telemetry.info('the group was stored by another', { tenantId, profile: work.profile });
  return { learnedHours: openHour - from, departures };
};
