/** One target whose blocks change, and all stores of tracking it, in memory. */

import { type TrackDeps, trackTarget } from '../../../../core/anomalies/tracking/track-target.ts';
import type { Block } from '../../../../core/metrics/blocks/block.ts';
import { decodeBlock, encodeBlock } from '../../../../core/metrics/blocks/block-codec.ts';
import { mergeBlock } from '../../../../core/metrics/blocks/merge-block.ts';
import type { StoredBlock } from '../../../../core/metrics/blocks/stored-block.ts';
import type { MetricKind } from '../../../../core/metrics/series/metric-series.ts';
import { NO_SETTINGS, type Settings } from '../../../../core/platform/settings/settings.ts';
import { hourOf } from '../../../../core/shared/time.ts';

import { memoryAnomalies, memoryDetectors } from '../../../fakes/anomalies.ts';
import { memoryForecasts } from '../../../fakes/forecasts.ts';
import { memoryRegistry, watched } from '../../../fakes/metrics.ts';
import { memorySettings } from '../../../fakes/platform.ts';
import { memoryEvents, recordedTelemetry } from '../../../fakes/shared.ts';

export const OWNER = { tenantId: 'acme', targetId: 'web-1' };
export const STEP = 300;
export const DAY = 86_400;
/** 2026-11-21T10:40:00Z */
export const NOW = 1_795_257_600;
export const LIGHT: Settings = { ...NO_SETTINGS, detection: [{ mode: 'light' }] };

export type Point = readonly [epochSeconds: number, value: number];

/** A daily pattern with reproducible noise. */
export const usual = (at: number): number => {
  const noise = Math.sin(at * 0.0129898) * 43758.5453;
  return 50 + 20 * Math.sin((2 * Math.PI * at) / DAY) + 3 * (noise - Math.floor(noise));
};

/** Points every five minutes, ascending, the last at `to`. */
export const between = (from: number, to: number, value = usual): Point[] => {
  const count = Math.floor((to - from) / STEP);
  return Array.from({ length: count + 1 }, (_, i) => to - (count - i) * STEP).map((at) => [at, value(at)]);
};

interface Options {
  readonly settings?: Settings;
  readonly kind?: MetricKind;
  readonly now?: number;
}

export const world = ({ settings = LIGHT, kind = 'gauge', now = NOW }: Options = {}) => {
  const blocks = new Map<number, StoredBlock>();
  const states = memoryDetectors();
  const anomalies = memoryAnomalies();
  const events = memoryEvents();
  const forecasts = memoryForecasts();
  const tenantSettings = memorySettings({ acme: settings });
  const log = recordedTelemetry();
  const reads: (readonly [number, number])[] = [];
  const clock = { now };
  const deps: TrackDeps = {
    states: states.store,
    blocks: {
      readRange: async (_tenant, _target, from, to) => {
        reads.push([from, to]);
        const within = [...blocks.values()].filter(({ key }) => key.hour >= from && key.hour <= to);
        return within.sort((a, b) => a.key.hour - b.key.hour);
      },
    },
    registry: memoryRegistry([watched('web-1', { metrics: { cpu: { kind } } })]),
    forecasts: forecasts.store,
    settings: tenantSettings,
    anomalies: anomalies.store,
    events: events.events,
    telemetry: log.telemetry,
    retentionDays: 35,
    now: () => clock.now * 1000,
  };
  /** Merges points as store-metrics does; returns the new image of each changed block. */
  const store = (points: readonly Point[], metric = 'cpu'): StoredBlock[] => {
    const hours = [...new Set(points.map(([at]) => hourOf(at)))];
    return hours.map((hour) => {
      const own = points.filter(([at]) => hourOf(at) === hour);
      const stored = blocks.get(hour);
      const before: Block = stored?.bytes === undefined ? new Map() : decodeBlock(stored.bytes);
      const offsets = Uint16Array.from(own, ([at]) => at - hour * 3600);
      const values = Float64Array.from(own, ([, value]) => value);
      const part = { targetId: 'web-1', hour, receivedAt: 1, series: [{ metric, offsets, values }] };
      const bytes = encodeBlock(mergeBlock(before, part).block);
      const image = { key: { ...OWNER, hour }, bytes, version: (stored?.version ?? 0) + 1 };
      blocks.set(hour, image);
      return image;
    });
  };
  const follow = (images: readonly StoredBlock[], over: Partial<TrackDeps> = {}) =>
    trackTarget({ ...deps, ...over }, OWNER, images);
  /** Stores points and tracks them at the time of the last. */
  const push = async (points: readonly Point[], over: Partial<TrackDeps> = {}) => {
    clock.now = Math.max(clock.now, points.at(-1)?.[0] ?? 0);
    await follow(store(points), over);
  };
  const state = () => states.all().get('acme web-1');
  const ids = () => events.published.map(({ detail }) => detail.id);
  return {
    ...{ deps, blocks, states, anomalies, events, forecasts, settings: tenantSettings, log, reads, clock },
    ...{ store, follow, push, state, ids },
  };
};

/** A world that has learned two weeks up to its `now`. */
export const trained = async (options: Options = {}) => {
  const made = world(options);
  await made.follow(made.store(between(NOW - 14 * DAY, NOW)));
  return made;
};
