import { hostname } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import { toTargetId } from '../../cli/input/reading/file-naming.ts';
import type { ProfiledSeries } from '../../core/simulator/ingest-body.ts';
import { type HostCounters, readHostCounters } from './host-counters.ts';

const DEFAULT_INTERVAL = 1000;

const percent = (value: number): number => Math.round(Math.max(0, Math.min(100, value)) * 100) / 100;

/** Target id of this machine. */
export const hostTarget = (): string => toTargetId(hostname());

/**
 * One point per metric of a machine, with the time of the later reading: CPU and network between the two readings,
 * memory and disk at the later one. Metrics that the readings do not provide are omitted.
 */
export const hostMetrics = (before: HostCounters, after: HostCounters, target: string): ProfiledSeries[] => {
  const point = (metric: string, unit: string, value: number): ProfiledSeries => ({
    targetId: target,
    metric,
    kind: 'gauge',
    unit,
    timestamps: [after.at],
    values: [value],
  });
  const series = [
    point('memory_percent', '%', percent(after.memoryPercent)),
    point('disk_percent', '%', percent(after.diskPercent)),
  ];
  const ticks = after.total - before.total;
  if (ticks > 0)
    series.unshift(point('cpu_percent', '%', percent((100 * (after.busy - before.busy)) / ticks)));
  const seconds = after.at - before.at;
  if (seconds > 0 && before.networkBytes !== undefined && after.networkBytes !== undefined) {
    const bytes = Math.max(0, after.networkBytes - before.networkBytes);
    series.push(point('network_bytes_per_second', 'By/s', Math.round(bytes / seconds)));
  }
  return series;
};

/** Live metrics of this machine, measured over `intervalMilliseconds` (at least a second for the network's rate). */
export const collectHostMetrics = async (
  intervalMilliseconds = DEFAULT_INTERVAL,
): Promise<ProfiledSeries[]> => {
  const before = await readHostCounters();
  await wait(intervalMilliseconds);
  return hostMetrics(before, await readHostCounters(), hostTarget());
};
