/** Tracks one target as its blocks change. */

import type { ForecastStore } from '../../forecasts/ports.ts';
import type { StoredBlock } from '../../metrics/blocks/stored-block.ts';
import type { BlockStore, TargetRegistry } from '../../metrics/ports.ts';
import type { SettingsStore } from '../../platform/settings/ports.ts';
import type { Settings } from '../../platform/settings/settings.ts';
import { settingsOrNone } from '../../platform/settings/settings-or-none.ts';
import { DAY_SECONDS, hourOf } from '../../shared/time.ts';
import { type AnnounceDeps, announceAnomalies } from '../announcing/announce-anomalies.ts';
import { type AnnounceEndsDeps, announceAnomalyEnds } from '../announcing/announce-anomaly-ends.ts';
import type { Owner } from '../anomaly.ts';
import type { EndedEpisode } from '../engine/episode.ts';
import { LearnedState, openHourAt, type StateSlot } from '../learned-state.ts';
import type { DetectorFiles } from '../ports.ts';
import { type DetectionOutcome, mergeOutcomes, NO_OUTCOME } from './detection-outcome.ts';
import { type ReplayContext, replayHour } from './replay-hours.ts';
import {
  decodeBlocks,
  type EncodedBlocks,
  metricsIn,
  readBlocks,
  type TargetBlocks,
} from './target-blocks.ts';
import { packDetectors, TargetDetectors, unpackDetectors } from './target-detectors.ts';
import { countTracked, isUnlearned, matchesSettings } from './tracking-plan.ts';

export interface TrackDeps extends AnnounceDeps, AnnounceEndsDeps {
  readonly anomalies: AnnounceDeps['anomalies'] & AnnounceEndsDeps['anomalies'];
  readonly states: DetectorFiles;
  readonly blocks: Pick<BlockStore, 'readRange'>;
  readonly registry: Pick<TargetRegistry, 'get'>;
  readonly forecasts: Pick<ForecastStore, 'get'>;
  readonly settings: Pick<SettingsStore, 'get'>;
  /** Days that blocks, and what was learned from them, are kept. */
  readonly retentionDays: number;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

interface Work {
  readonly owner: Owner;
  readonly settings: Settings;
  /** Epoch seconds. */
  readonly now: number;
  /** First hour whose block is still kept. */
  readonly oldest: number;
}

type DetectorState = LearnedState<TargetDetectors, string>;

/**
 * Looks for anomalies in changed blocks of one target: stores and announces anomalies and their ends, and once an hour
 * stores what the detectors have learned. If older data arrives than they have learned, they re-learn from the stored
 * blocks, so the order in which history arrives does not matter.
 * @throws InvalidInputError for a damaged block
 */
export const trackTarget = async (
  deps: TrackDeps,
  owner: Owner,
  images: readonly StoredBlock[],
): Promise<void> => {
  const now = Math.floor(deps.now() / 1000);
  const [settings, state] = await Promise.all([
    settingsOrNone(deps.settings, deps.telemetry).get(owner.tenantId),
    LearnedState.read(slotOf(deps, owner), unpackDetectors),
  ]);
  const work: Work = { owner, settings, now, oldest: hourOf(now - deps.retentionDays * DAY_SECONDS) };
  const changed = decodeBlocks(images);
  const reason = reasonToRelearn(state, changed, work);
  const known = reason === undefined ? state.known : undefined;
  const detectors = known ?? new TargetDetectors(work.oldest);
  // The clock of a sender may run ahead by minutes, so the newest points may lie in the next hour.
  const newest = reason === undefined ? Math.max(...changed.keys()) : hourOf(now) + 1;
  if (newest < detectors.openHour) return;
  if (reason !== undefined) deps.telemetry.info('detectors re-learn', { ...owner, reason });
  const blocks = await readBlocks(deps.blocks, owner, images, [detectors.openHour, newest]);
  await advance(deps, work, state, detectors, blocks);
};

const slotOf = ({ states }: TrackDeps, owner: Owner): StateSlot<string> => ({
  read: () => states.read(owner),
  write: (bytes, expected) => states.replace(owner, bytes, expected),
});

/** Why the detectors must learn all stored blocks again; undefined if they can continue from the known state. */
const reasonToRelearn = (
  { known, missing }: DetectorState,
  changed: TargetBlocks,
  { settings, owner, oldest }: Work,
): string | undefined => {
  if (known === undefined) return missing;
  const closed = [...changed].filter(([hour]) => hour < known.openHour && hour >= oldest);
  if (closed.some(([hour, block]) => isUnlearned(known, hour, block.keys(), settings, owner)))
    return 'older data arrived';
  return matchesSettings(known, metricsIn(changed, changed.keys()), settings, owner)
    ? undefined
    : 'settings changed';
};

/** Replays the given blocks, announces what is found in them, and stores the state if an hour was closed. */
const advance = async (
  deps: TrackDeps,
  work: Work,
  state: DetectorState,
  detectors: TargetDetectors,
  blocks: EncodedBlocks,
): Promise<void> => {
  const { hours } = blocks;
  const newest = hours.at(-1) ?? detectors.openHour;
  const openHour = Math.max(detectors.openHour, Math.min(newest, openHourAt(work.now)));
  const context = await contextOf(deps, work, detectors, blocks);
  const result = await state.advance<DetectionOutcome>(detectors, {
    ...{ hours, openHour },
    replayHour: (hour) => {
      const block = blocks.get(hour);
      return block === undefined ? NO_OUTCOME : replayHour(detectors, hour, block, context);
    },
    close: () => {
      detectors.close(openHour, work.oldest);
      return packDetectors(detectors);
    },
    announce: async (outcomes) => {
      const { alerts, ended } = mergeOutcomes(outcomes);
      await announceAnomalies(deps, work, alerts);
      await announceAnomalyEnds(deps, work, [...ended, ...abandoned(state.known, detectors)]);
    },
  });
  // Another run learned the same blocks, so its state is as good as this one.
  if (result === 'outrun') deps.telemetry.info('another run stored the detectors first', { ...work.owner });
};

const contextOf = async (
  deps: TrackDeps,
  { owner, settings }: Work,
  { series }: TargetDetectors,
  blocks: EncodedBlocks,
): Promise<ReplayContext> => {
  const { tenantId, targetId } = owner;
  const present = metricsIn(blocks, blocks.hours);
  const isNew = [...present].some((metric) => !series.has(metric));
  const [target, forecast] = await Promise.all([
    isNew ? deps.registry.get(tenantId, targetId) : undefined,
    deps.forecasts.get(tenantId, targetId),
  ]);
  const tracked = countTracked(settings, owner, [...series.keys(), ...present]);
  return { owner, settings, metrics: target?.metrics ?? {}, forecast, tracked };
};

/** Episodes still open in the old state whose metrics have no open episode in the re-learned one. */
const abandoned = (known: TargetDetectors | undefined, detectors: TargetDetectors): EndedEpisode[] => {
  if (known === undefined || known === detectors) return [];
  const isOpen = new Set(
    detectors.openEpisodes().flatMap(({ alerts }) => alerts.map(({ metric }) => metric)),
  );
  return known.openEpisodes().filter(({ alerts }) => !alerts.some(({ metric }) => isOpen.has(metric)));
};
