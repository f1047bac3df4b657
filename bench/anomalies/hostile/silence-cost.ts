/** Checks a tenant of dense targets for silence, in a process of its own, and reports what that took. */
import { fileURLToPath } from 'node:url';
import { allowedSilenceCache } from '../../../core/anomalies/silence/allowed-silence-cache.ts';
import { findStopped, type StoppedDeps } from '../../../core/anomalies/silence/find-stopped.ts';
import { openSilences } from '../../../core/anomalies/silence/open-silences.ts';
import { encodeBlock } from '../../../core/metrics/blocks/block-codec.ts';
import type { BlockKey, StoredBlock } from '../../../core/metrics/blocks/stored-block.ts';
import { HOUR_SECONDS, hourOf } from '../../../core/shared/time.ts';
import { seededRandom } from '../../shared/seeded-random.ts';
import { type ProcessCost, processCost, reportCost } from './process-cost.ts';
import { RECEIVED_AT } from './worst-bodies.ts';

const TENANT = 'bench';
const METRICS = ['cpu', 'memory', 'disk', 'network', 'load'];
/** Targets that stopped did so on this full hour, 20 minutes before the check. */
const STOPPED_HOUR = hourOf(RECEIVED_AT);
const NOW = STOPPED_HOUR * HOUR_SECONDS + 1200;
const MAX_SECONDS = 600;

/** A tenant whose targets send five metrics every second, or did so for weeks and then stopped. */
export interface DenseTenant {
  readonly name: string;
  readonly targets: number;
  readonly isStopped: boolean;
}

/** The targets that fill the default quota of 600,000 points a minute. */
const MOST_TARGETS = 2000;

export const DENSE_TENANTS: readonly DenseTenant[] = [
  { name: 'targets that stopped', targets: 1, isStopped: true },
  { name: 'targets that stopped', targets: 8, isStopped: true },
  { name: 'targets that stopped', targets: MOST_TARGETS, isStopped: true },
  { name: 'targets that send', targets: MOST_TARGETS, isStopped: false },
];

/** The cost of one check; its outcome is the number of silent targets. */
export const silenceCost = ({ targets, isStopped }: DenseTenant): ProcessCost =>
  processCost(fileURLToPath(import.meta.url), [String(targets), isStopped ? 'stopped' : ''], MAX_SECONDS);

const densePoints = (): Uint8Array => {
  const random = seededRandom(1);
  const series = METRICS.map((metric) => {
    const offsets = Uint16Array.from({ length: HOUR_SECONDS }, (_, second) => second);
    const values = Float64Array.from(offsets, () => Math.round(random() * 10_000) / 100);
    return [metric, { offsets, values, receipts: new Float64Array(HOUR_SECONDS).fill(NOW) }] as const;
  });
  return encodeBlock(new Map(series));
};

const depsOf = (isStopped: boolean): StoppedDeps => {
  const dense = densePoints();
  const until = isStopped ? STOPPED_HOUR : hourOf(NOW) + 1;
  // Each read gets bytes of its own, as from a database.
  const blockOf = (key: BlockKey): StoredBlock =>
    key.hour < until ? { key, bytes: dense.slice(), version: 1 } : { key, bytes: undefined, version: 0 };
  return {
    blocks: {
      read: async (keys) => keys.map(blockOf),
      readRange: async (tenantId, targetId, fromHour, toHour) =>
        Array.from({ length: toHour - fromHour + 1 }, (_, i) =>
          blockOf({ tenantId, targetId, hour: fromHour + i }),
        ).filter(({ bytes }) => bytes !== undefined),
    },
    allowedSilences: allowedSilenceCache(() => 0.5),
    telemetry: { info: () => {}, error: () => {}, count: () => {} },
  };
};

const check = async (count: number, isStopped: boolean): Promise<string> => {
  const lastSeen = isStopped ? STOPPED_HOUR * HOUR_SECONDS - 1 : NOW;
  const targets = Array.from({ length: count }, (_, i) => ({
    ...({ targetId: `host-${i}`, profile: 'web', lastSeen, metrics: METRICS } as const),
  }));
  const open = await openSilences({ list: async () => ({ items: [], nextCursor: undefined }) }, TENANT, NOW);
  const { silent } = await findStopped(depsOf(isStopped), TENANT, targets, open, NOW);
  return `${silent.length} silent`;
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [count = '', stopped = ''] = process.argv.slice(2);
  await reportCost(() => check(Number(count), stopped !== ''));
}
