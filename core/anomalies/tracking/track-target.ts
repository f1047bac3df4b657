/**
 * Follows one target as its blocks change. Every step may be repeated: what the detectors say of an hour depends only
 * on the state before it and on its block, anomalies are stored under their own time, and the state is written last.
 * So a crash anywhere, a redelivery and a reordered delivery all end in the same anomalies and the same events.
 */

import type { ForecastStore } from '../../forecasts/ports.ts';
import type { Block } from '../../metrics/blocks/block.ts';
import { decodeBlock } from '../../metrics/blocks/block-codec.ts';
import type { StoredBlock } from '../../metrics/blocks/stored-block.ts';
import type { BlockStore, TargetRegistry } from '../../metrics/ports.ts';
import type { SettingsStore } from '../../platform/settings/ports.ts';
import type { Settings } from '../../platform/settings/settings.ts';
import { InvalidInputError } from '../../shared/errors.ts';
import { DAY_SECONDS, hourOf } from '../../shared/time.ts';
import { type AnnounceDeps, announceAnomalies } from '../announcing/announce-anomalies.ts';
import { type AnnounceEndsDeps, announceAnomalyEnds } from '../announcing/announce-anomaly-ends.ts';
import type { Owner } from '../anomaly.ts';
import type { EndedEpisode } from '../engine/episode.ts';
import type { DetectorStateStore, StoredDetectors } from '../ports.ts';
import { type DetectionOutcome, mergeOutcomes } from './detection-outcome.ts';
import { type ReplayContext, replayHour } from './replay-hours.ts';
import { packDetectors, TargetDetectors, unpackDetectors } from './target-detectors.ts';
import { countTracked, isUnlearned, matchesSettings } from './tracking-plan.ts';

export interface TrackDeps extends AnnounceDeps, AnnounceEndsDeps {
  readonly anomalies: AnnounceDeps['anomalies'] & AnnounceEndsDeps['anomalies'];
  readonly states: DetectorStateStore;
  readonly blocks: Pick<BlockStore, 'readRange'>;
  readonly registry: Pick<TargetRegistry, 'get'>;
  readonly forecasts: Pick<ForecastStore, 'get'>;
  readonly settings: Pick<SettingsStore, 'get'>;
  /** Days that blocks, and what was learned from them, are kept. */
  readonly retentionDays: number;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** How long an hour stays open after its end, for senders that report late or whose clocks differ. */
const GRACE_SECONDS = 900;

type Blocks = ReadonlyMap<number, Block>;

interface Work {
  readonly owner: Owner;
  readonly settings: Settings;
  /** Epoch seconds. */
  readonly now: number;
  /** First hour that is still kept. */
  readonly oldest: number;
  readonly stored: StoredDetectors | undefined;
}

/** A state of another version, or damaged, is no state: the blocks are all there. */
const openWatch = (stored: StoredDetectors | undefined): TargetDetectors | undefined => {
  if (stored === undefined) return undefined;
  try {
    return unpackDetectors(stored.bytes);
  } catch (error) {
    if (error instanceof InvalidInputError) return undefined;
    throw error;
  }
};

const metricsIn = (blocks: Blocks): Set<string> =>
  new Set([...blocks.values()].flatMap((block) => [...block.keys()]));

/** Why everything must be learned anew; undefined where the watch can simply go on. */
const reasonToRelearn = (
  watch: TargetDetectors | undefined,
  changed: Blocks,
  work: Work,
): string | undefined => {
  if (watch === undefined) return work.stored === undefined ? 'nothing was learned yet' : 'unreadable state';
  const { settings, owner, oldest } = work;
  const closed = [...changed].filter(([hour]) => hour < watch.openHour && hour >= oldest);
  if (closed.some(([hour, block]) => isUnlearned(watch, hour, block.keys(), settings, owner)))
    return 'older data arrived';
  return matchesSettings(watch, metricsIn(changed), settings, owner) ? undefined : 'settings changed';
};

const decodeAll = (stored: readonly StoredBlock[]): Map<number, Block> =>
  new Map(
    stored.flatMap(({ key, bytes }) =>
      bytes === undefined ? [] : [[key.hour, decodeBlock(bytes)] as const],
    ),
  );

/** The blocks of a range of hours, each in the newest version at hand. */
const readBlocks = async (
  { blocks }: TrackDeps,
  { tenantId, targetId }: Owner,
  images: readonly StoredBlock[],
  [from, to]: readonly [number, number],
): Promise<Map<number, Block>> => {
  const within = images.filter(({ key }) => key.hour >= from && key.hour <= to);
  if (new Set(within.map(({ key }) => key.hour)).size === to - from + 1) return decodeAll(within);
  const read = await blocks.readRange(tenantId, targetId, from, to);
  return decodeAll([...read, ...within].sort((a, b) => a.key.hour - b.key.hour || a.version - b.version));
};

const contextOf = async (
  deps: TrackDeps,
  { owner, settings }: Work,
  watch: TargetDetectors,
  blocks: Blocks,
): Promise<ReplayContext> => {
  const { tenantId, targetId } = owner;
  const present = metricsIn(blocks);
  const isNew = [...present].some((metric) => !watch.series.has(metric));
  const [target, forecast] = await Promise.all([
    isNew ? deps.registry.get(tenantId, targetId) : undefined,
    deps.forecasts.get(tenantId, targetId),
  ]);
  const watched = countTracked(settings, owner, [...watch.series.keys(), ...present]);
  return { owner, settings, metrics: target?.metrics ?? {}, forecast, watched };
};

/** Shows hours to the watch, in order. */
const feed = (
  watch: TargetDetectors,
  blocks: Blocks,
  hours: readonly number[],
  context: ReplayContext,
): DetectionOutcome =>
  mergeOutcomes(
    hours.flatMap((hour) => {
      const block = blocks.get(hour);
      return block === undefined ? [] : [replayHour(watch, hour, block, context)];
    }),
  );

/** Closes all hours before `openHour` and packs what is then known. */
const close = (watch: TargetDetectors, openHour: number, oldest: number): Uint8Array => {
  watch.openHour = openHour;
  watch.forgetBefore(oldest);
  return packDetectors(watch);
};

/** Episodes of the watch before it learned anew that are open to nobody now: of metrics watched otherwise, or not at all. */
const dropped = (known: TargetDetectors | undefined, watch: TargetDetectors): EndedEpisode[] => {
  if (known === undefined || known === watch) return [];
  const isOpen = new Set(watch.openEpisodes().flatMap(({ alerts }) => alerts.map(({ metric }) => metric)));
  return known.openEpisodes().filter(({ alerts }) => !alerts.some(({ metric }) => isOpen.has(metric)));
};

const go = async (
  deps: TrackDeps,
  work: Work,
  watch: TargetDetectors,
  blocks: Blocks,
): Promise<{ readonly followed: DetectionOutcome; readonly packed: Uint8Array | undefined }> => {
  const hours = [...blocks.keys()].sort((a, b) => a - b);
  const newest = hours.at(-1) ?? watch.openHour;
  const openHour = Math.max(watch.openHour, Math.min(newest, hourOf(work.now - GRACE_SECONDS)));
  const context = await contextOf(deps, work, watch, blocks);
  const toClose = hours.filter((hour) => hour < openHour);
  const isClosing = openHour > watch.openHour;
  const closed = feed(watch, blocks, toClose, context);
  const packed = isClosing ? close(watch, openHour, work.oldest) : undefined;
  const open = hours.filter((hour) => hour >= openHour);
  return { followed: mergeOutcomes([closed, feed(watch, blocks, open, context)]), packed };
};

/**
 * Takes in changed blocks of one target: stores and announces what is unusual in them, and once an hour what its
 * detectors have learned. Data older than anything learned makes them learn anew from the stored blocks, so the order
 * in which history arrives does not matter.
 * @throws InvalidInputError for a damaged block
 */
export const trackTarget = async (
  deps: TrackDeps,
  owner: Owner,
  images: readonly StoredBlock[],
): Promise<void> => {
  const { tenantId, targetId } = owner;
  const now = Math.floor(deps.now() / 1000);
  const oldest = hourOf(now - deps.retentionDays * DAY_SECONDS);
  const [settings, stored] = await Promise.all([
    deps.settings.get(tenantId),
    deps.states.get(tenantId, targetId),
  ]);
  const work: Work = { owner, settings, now, oldest, stored };
  const changed = decodeAll(images);
  const known = openWatch(stored);
  const reason = reasonToRelearn(known, changed, work);
  const watch = known === undefined || reason !== undefined ? new TargetDetectors(oldest) : known;
  // Clocks of senders may run ahead by minutes, so the newest points may lie in the next hour.
  const newest = reason === undefined ? Math.max(...changed.keys()) : hourOf(now) + 1;
  if (newest < watch.openHour) return;
  if (reason !== undefined) deps.telemetry.info('detectors learn anew', { tenantId, targetId, reason });
  const blocks = await readBlocks(deps, owner, images, [watch.openHour, newest]);
  const { followed, packed } = await go(deps, work, watch, blocks);
  await announceAnomalies(deps, work, followed.alerts);
  await announceAnomalyEnds(deps, work, [...followed.ended, ...dropped(known, watch)]);
  if (packed === undefined) return;
  const expiresAt = now + deps.retentionDays * DAY_SECONDS;
  const isOurs = await deps.states.put(owner, packed, stored?.version ?? 0, expiresAt);
  // Somebody else learned the same blocks meanwhile: their state is as good.
  if (!isOurs) deps.telemetry.info('detectors were stored by another', { tenantId, targetId });
};
