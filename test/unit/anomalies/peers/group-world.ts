/** A group of targets whose blocks grow, and all stores of a comparison, in memory. */

import { peerGroupKey } from '../../../../core/anomalies/object-keys.ts';
import { type CompareDeps, compareGroup } from '../../../../core/anomalies/peers/compare-group.ts';
import type { PeerGroupName, PeerStateFiles, PeerWork } from '../../../../core/anomalies/ports.ts';
import type { Block } from '../../../../core/metrics/blocks/block.ts';
import { encodeBlock } from '../../../../core/metrics/blocks/block-codec.ts';
import type { BlockKey, StoredBlock } from '../../../../core/metrics/blocks/stored-block.ts';
import { NO_SETTINGS, type Settings } from '../../../../core/platform/settings/settings.ts';
import type { VersionedBytes } from '../../../../core/shared/versioned-bytes.ts';
import { memoryAnomalies } from '../../../fakes/anomalies.ts';
import { memorySettings } from '../../../fakes/platform.ts';
import { memoryEvents, recordedTelemetry } from '../../../fakes/shared.ts';

export const DAY = 86_400;
export const STEP = 300;
/** 2026-11-21T00:00:00Z */
export const MIDNIGHT = 1_795_219_200;
export const TARGETS = Array.from({ length: 8 }, (_, i) => `web-${i}`);

/** A reading of one metric; undefined if the target reports nothing. */
export type Reading = (targetId: string, at: number) => number | undefined;

const noiseOf = (targetId: string, at: number): number => {
  const large = Math.sin(at * 0.0129898 + targetId.charCodeAt(4) * 78.233) * 43758.5453;
  return large - Math.floor(large);
};

/** A common pattern, an offset per target, and reproducible noise. */
export const usual: Reading = (targetId, at) =>
  50 + 20 * Math.sin((2 * Math.PI * at) / DAY) + 3 * (targetId.charCodeAt(4) % 3) + 2 * noiseOf(targetId, at);

/** One target differs by `by` from `from` on (an hour, unless said otherwise). */
export const leaving =
  (who: string, from: number, by: number, seconds = 3600): Reading =>
  (targetId, at) =>
    usual(targetId, at)! + (targetId === who && at >= from && at < from + seconds ? by : 0);

interface Options {
  readonly settings?: Settings;
  readonly metrics?: Readonly<Record<string, Reading>>;
  readonly counters?: readonly string[];
  readonly firstSeen?: number;
  /** Seconds within each step at which a target reports. */
  readonly phaseOf?: (targetId: string) => number;
}

export const memoryPeerFiles = () => {
  const kept = new Map<string, VersionedBytes>();
  let writes = 0;
  const files: PeerStateFiles = {
    read: async (group) => kept.get(peerGroupKey(group)),
    replace: async (group, bytes, expected) => {
      if (kept.get(peerGroupKey(group))?.version !== expected) return false;
      kept.set(peerGroupKey(group), { bytes, version: `v${++writes}` });
      return true;
    },
  };
  return { files, kept, writes: () => writes };
};

export const world = (options: Options = {}) => {
  const { settings = NO_SETTINGS, counters = [], firstSeen = MIDNIGHT - 4 * DAY } = options;
  const phaseOf = options.phaseOf ?? ((targetId: string) => 7 * (targetId.charCodeAt(4) % 8));
  let metrics = options.metrics ?? { cpu: usual };
  const states = memoryPeerFiles();
  const anomalies = memoryAnomalies();
  const events = memoryEvents();
  const log = recordedTelemetry();
  const clock = { now: MIDNIGHT };
  const reads: BlockKey[] = [];
  const damaged = new Set<string>();
  /** The block with everything reported until the clock's time. */
  const blockOf = ({ targetId, hour }: BlockKey): Block =>
    new Map(
      Object.entries(metrics).flatMap(([metric, reading]) => {
        const points: [number, number][] = [];
        for (let offset = phaseOf(targetId); offset < 3600; offset += STEP) {
          const at = hour * 3600 + offset;
          const value = at > clock.now || at < firstSeen ? undefined : reading(targetId, at);
          if (value !== undefined) points.push([offset, value]);
        }
        if (points.length === 0) return [];
        const offsets = Uint16Array.from(points, ([offset]) => offset);
        const values = Float64Array.from(points, ([, value]) => value);
        return [[metric, { offsets, values, receipts: new Float64Array(points.length).fill(1) }] as const];
      }),
    );
  const read = async (keys: readonly BlockKey[]): Promise<StoredBlock[]> => {
    reads.push(...keys);
    return keys.map((key) => {
      const block = blockOf(key);
      const isDamaged = damaged.has(`${key.targetId} ${key.hour}`);
      const bytes = isDamaged ? Uint8Array.of(9, 9) : encodeBlock(block);
      return { key, bytes: block.size === 0 ? undefined : bytes, version: block.size === 0 ? 0 : 1 };
    });
  };
  const deps: CompareDeps = {
    states: states.files,
    blocks: { read },
    settings: memorySettings({ acme: settings }),
    anomalies: anomalies.store,
    events: events.events,
    telemetry: log.telemetry,
    now: () => clock.now * 1000,
  };
  const group: PeerGroupName = { tenantId: 'acme', profile: 'web', part: 0, parts: 1 };
  const work: PeerWork = { ...group, targetIds: TARGETS, counters, firstSeen, relearn: false };
  const compare = (over: Partial<CompareDeps> = {}, changed: Partial<PeerWork> = {}) =>
    compareGroup({ ...deps, ...over }, { ...work, ...changed });
  /** Compares every five minutes from the clock's time to `until`, as the schedule does. */
  const go = async (until: number, over: Partial<CompareDeps> = {}) => {
    for (; clock.now <= until; clock.now += STEP) await compare(over);
    clock.now = until;
  };
  const found = () =>
    anomalies
      .all()
      .map(({ anomaly }) => anomaly)
      .sort((a, b) => a.timestamp - b.timestamp || (a.targetId < b.targetId ? -1 : 1));
  const ids = () => events.published.map(({ detail }) => detail.id);
  const now = (at: number) => {
    clock.now = at;
  };
  const say = (next: Readonly<Record<string, Reading>>) => {
    metrics = next;
  };
  return {
    ...{ deps, work, states, anomalies, events, log, clock, reads, damaged },
    ...{ compare, go, found, ids, now, say },
  };
};
