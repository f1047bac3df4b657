/** Measures time, memory and state of a comparison, with blocks generated as they are read. */

import { compareGroup } from '../../../core/anomalies/peers/compare-group.ts';
import { encodeBlock } from '../../../core/metrics/blocks/block-codec.ts';
import type { BlockKey } from '../../../core/metrics/blocks/stored-block.ts';
import { NO_SETTINGS } from '../../../core/platform/settings/settings.ts';
import { DAY_SECONDS, HOUR_SECONDS } from '../../../core/shared/time.ts';
import type { VersionedBytes } from '../../../core/shared/versioned-bytes.ts';

const METRICS = 10;
const STEP_SECONDS = 300;
const POINTS = 12;
const NOW = Date.UTC(2026, 10, 21, 10, 36) / 1000;

export interface LoadFigures {
  readonly targets: number;
  readonly metrics: number;
  /** On one core, without generating the blocks. */
  readonly learnSeconds: number;
  readonly comparisonSeconds: number;
  readonly stateBytes: number;
  readonly peakMb: number;
}

const noise = (n: number): number => {
  const large = Math.sin(n * 12.9898) * 43758.5453;
  return large - Math.floor(large);
};

const blockOf = ({ targetId, hour }: BlockKey): Uint8Array => {
  const target = Number(targetId.slice(5));
  const offsets = Uint16Array.from({ length: POINTS }, (_, i) => i * STEP_SECONDS);
  const receipts = new Float64Array(POINTS).fill(1);
  const series = Array.from({ length: METRICS }, (_, metric) => {
    const values = Float64Array.from(offsets, (offset) => {
      const at = hour * HOUR_SECONDS + offset;
      return (
        50 +
        20 * Math.sin((2 * Math.PI * at) / DAY_SECONDS + metric) +
        8 * noise(at + 31 * target + 7 * metric)
      );
    });
    return [`system.metric.${metric}`, { offsets, values, receipts }] as const;
  });
  return encodeBlock(new Map(series));
};

/** Seconds of processor time so far. */
const busy = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

const stores = () => {
  let kept: VersionedBytes | undefined;
  let made = 0;
  const read = async (keys: readonly BlockKey[]) => {
    const from = busy();
    const blocks = keys.map((key) => ({ key, bytes: blockOf(key), version: 1 }));
    made += busy() - from;
    return blocks;
  };
  const states = {
    read: async () => kept,
    replace: async (_group: unknown, bytes: Uint8Array) => {
      kept = { bytes, version: 'kept' };
      return true;
    },
  };
  return { read, states, kept: () => kept, made: () => made };
};

const nothing = async (): Promise<never[]> => [];

/** Compares synthetic targets: first over all stored history, then once more. */
export const measureLoad = async (targets: number): Promise<LoadFigures> => {
  const { read, states, kept, made } = stores();
  const telemetry = { info: () => {}, error: () => {}, count: () => {} };
  const settings = { get: async () => NO_SETTINGS };
  const anomalies = {
    ...{ record: nothing, recordEnds: nothing },
    ...{ markAnnounced: async () => {}, markEndsAnnounced: async () => {} },
    list: async () => ({ items: [], nextCursor: undefined }),
  };
  const events = { publish: async () => {} };
  const deps = { blocks: { read }, states, settings, anomalies, events, telemetry, now: () => NOW * 1000 };
  const targetIds = Array.from({ length: targets }, (_, i) => `host-${i}`);
  const group = { tenantId: 'load', profile: 'web', part: 0, parts: 1 } as const;
  const work = { ...group, targetIds, counters: [], firstSeen: 0, relearn: false };
  const timed = async (): Promise<number> => {
    const [from, before] = [busy(), made()];
    await compareGroup(deps, work);
    return busy() - from - (made() - before);
  };
  const learnSeconds = await timed();
  const comparisonSeconds = await timed();
  const peakMb = process.resourceUsage().maxRSS / 1024;
  return {
    targets,
    metrics: METRICS,
    learnSeconds,
    comparisonSeconds,
    stateBytes: kept()?.bytes.length ?? 0,
    peakMb,
  };
};
