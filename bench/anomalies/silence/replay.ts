/** Runs the silence check every five minutes over real series, as it runs deployed, and notes what it announces. */
import type { Anomaly } from '../../../core/anomalies/anomaly.ts';
import { allowedSilenceCache } from '../../../core/anomalies/silence/allowed-silence-cache.ts';
import { checkSilence, type SilenceDeps } from '../../../core/anomalies/silence/check-silence.ts';
import type { WatchedTarget } from '../../../core/anomalies/silence/find-stopped.ts';
import { encodeBlock } from '../../../core/metrics/blocks/block-codec.ts';
import type { StoredBlock } from '../../../core/metrics/blocks/stored-block.ts';
import { NO_SETTINGS } from '../../../core/platform/settings/settings.ts';
import { HOUR_SECONDS, hourOf, WEEK_SECONDS } from '../../../core/shared/time.ts';
import { memoryAnomalies } from '../../../test/fakes/anomalies.ts';
import { seededRandom } from '../../shared/seeded-random.ts';
import type { RealFleet, RealTarget } from './real-targets.ts';

const TENANT = 'bench';
const CHECK_SECONDS = 300;
/** The schedule starts two minutes after the full five minutes. */
const CHECK_OFFSET = 120;
/** A Monday; every series starts in its week, at its own time of the week. */
const START = 1_704_067_200;

/** One announced silence. */
export interface Announcement {
  readonly targetId: string;
  readonly metric: string;
  /** Time of the last point. */
  readonly since: number;
  /** Time of the check that announced it. */
  readonly at: number;
}

/** Moves every target to the same week, so that the fleet reports at the same time. */
export const alignFleet = ({ name, targets }: RealFleet): RealFleet => ({
  name,
  targets: targets.map(({ targetId, points }) => {
    const first = Math.min(...[...points.values()].map(([at]) => at!));
    const shift = START - Math.floor((first - START) / WEEK_SECONDS) * WEEK_SECONDS - START;
    return {
      targetId,
      points: new Map([...points].map(([metric, times]) => [metric, times.map((at) => at + shift)])),
    };
  }),
});

/** First and last point of a target. */
export const spanOf = ({ points }: RealTarget): readonly [number, number] => {
  let [first, last] = [Number.POSITIVE_INFINITY, 0];
  for (const times of points.values()) {
    first = Math.min(first, times[0]!);
    last = Math.max(last, times.at(-1)!);
  }
  return [first, last];
};

/** A target during the replay: its points by hour. */
interface Replayed extends WatchedTarget {
  lastSeen: number;
  readonly span: readonly [number, number];
  readonly byHour: ReadonlyMap<number, ReadonlyMap<string, readonly number[]>>;
}

const replayed = (target: RealTarget): Replayed => {
  const byHour = new Map<number, Map<string, number[]>>();
  for (const [metric, times] of target.points) {
    for (const at of times) {
      const metrics = byHour.get(hourOf(at)) ?? new Map<string, number[]>();
      byHour.set(hourOf(at), metrics);
      const own = metrics.get(metric) ?? [];
      metrics.set(metric, own);
      own.push(at);
    }
  }
  const metrics = [...target.points.keys()];
  return { ...target, profile: 'generic', metrics, lastSeen: 0, span: spanOf(target), byHour };
};

const blockAt = ({ targetId, byHour }: Replayed, hour: number, now: number): StoredBlock => {
  const key = { tenantId: TENANT, targetId, hour };
  const isOpen = hour >= hourOf(now);
  const series = [...(byHour.get(hour) ?? [])].flatMap(([metric, all]) => {
    const times = isOpen ? all.filter((at) => at <= now) : all;
    if (times.length === 0) return [];
    const zeros = new Float64Array(times.length);
    const offsets = Uint16Array.from(times, (at) => at - hour * HOUR_SECONDS);
    return [[metric, { offsets, values: zeros, receipts: zeros }] as const];
  });
  return { key, bytes: series.length === 0 ? undefined : encodeBlock(new Map(series)), version: 1 };
};

/** The registry writes a target at most once an hour: its newest point of the hours that are over. */
const noteLastSeen = (target: Replayed, now: number): void => {
  for (const times of target.byHour.get(hourOf(now) - 1)?.values() ?? [])
    target.lastSeen = Math.max(target.lastSeen, times.at(-1)!);
};

/**
 * Replays a fleet until `until` (epoch seconds after alignment). A target is listed from its first to its last point:
 * the end of a data set is no silence.
 */
export const replayFleet = async (
  { targets }: RealFleet,
  until = Number.POSITIVE_INFINITY,
): Promise<readonly Announcement[]> => {
  const all = targets.map(replayed);
  const byId = new Map(all.map((target) => [target.targetId, target]));
  const announced: Announcement[] = [];
  let now = Math.min(...all.map(({ span }) => span[0]));
  const end = Math.min(until, Math.max(...all.map(({ span }) => span[1])));
  const deps = depsOf(byId, () => now, announced);
  now -= (now % CHECK_SECONDS) - CHECK_OFFSET;
  for (; now < end; now += CHECK_SECONDS) {
    for (const target of all) noteLastSeen(target, now);
    const listed = all.filter(({ span, lastSeen }) => lastSeen > 0 && now <= span[1] + CHECK_SECONDS);
    await checkSilence(deps, TENANT, listed, now);
  }
  return announced;
};

const depsOf = (
  targets: ReadonlyMap<string, Replayed>,
  now: () => number,
  announced: Announcement[],
): SilenceDeps => {
  const { store } = memoryAnomalies();
  const random = seededRandom(1);
  const note = (anomalies: readonly Anomaly[]) => {
    for (const { targetId, metric, since } of anomalies)
      announced.push({ targetId, metric, since, at: now() });
  };
  return {
    anomalies: {
      ...store,
      markAnnounced: async (anomalies) => {
        note(anomalies);
        await store.markAnnounced(anomalies);
      },
    },
    blocks: {
      read: async (keys) => keys.map(({ targetId, hour }) => blockAt(targets.get(targetId)!, hour, now())),
      readRange: async (_tenantId, targetId, from, to) =>
        Array.from({ length: to - from + 1 }, (_, i) =>
          blockAt(targets.get(targetId)!, from + i, now()),
        ).filter(({ bytes }) => bytes !== undefined),
    },
    settings: { get: async () => NO_SETTINGS },
    signs: { pointsDrawn: async () => ({ limit: 1, drawn: [] }), parkedSince: async () => 0 },
    ingestion: { get: async () => undefined, put: async () => {} },
    events: { publish: async () => {} },
    telemetry: { info: () => {}, error: () => {}, count: () => {} },
    allowedSilences: allowedSilenceCache(random),
  };
};
