import { describe, expect, it } from 'vitest';
import { TargetId } from '../../../core/shared/identifiers.ts';
import {
  type HostCounters,
  parseMemoryPercent,
  parseNetworkBytes,
  readHostCounters,
} from '../../../local/replay/host-counters.ts';
import { collectHostMetrics, hostMetrics, hostTarget } from '../../../local/replay/host-metrics.ts';

const counters = (more: Partial<HostCounters> = {}): HostCounters => ({
  at: 1000,
  busy: 500,
  total: 1000,
  memoryPercent: 40.123,
  diskPercent: 55,
  networkBytes: 10_000,
  ...more,
});
const valuesOf = (before: HostCounters, after: HostCounters) =>
  Object.fromEntries(hostMetrics(before, after, 'host').map(({ metric, values }) => [metric, values[0]]));

describe('live metrics of this machine', () => {
  it('are what happened between two readings', () => {
    const after = counters({ at: 1010, busy: 800, total: 2000, networkBytes: 30_000, memoryPercent: 42 });
    expect(valuesOf(counters(), after)).toEqual({
      cpu_percent: 30,
      memory_percent: 42,
      disk_percent: 55,
      network_bytes_per_second: 2000,
    });
    expect(hostMetrics(counters(), after, 'host')[0]?.timestamps).toEqual([1010]);
  });

  it('omit metrics that the readings do not provide', () => {
    const silent = counters({ networkBytes: undefined });
    expect(Object.keys(valuesOf(silent, { ...silent, at: 1010 }))).toEqual([
      'memory_percent',
      'disk_percent',
    ]);
  });

  it('take a restarted network counter as nothing', () => {
    const after = counters({ at: 1010, total: 2000, networkBytes: 5 });
    expect(valuesOf(counters(), after).network_bytes_per_second).toBe(0);
  });

  it('are read from /proc if it exists', () => {
    expect(parseMemoryPercent('MemTotal:  1000 kB\nMemFree: 10 kB\nMemAvailable:   250 kB\n')).toBe(75);
    expect(parseMemoryPercent('MemTotal: 1000 kB\n')).toBeUndefined();
    const table = [
      'Inter-|   Receive                            |  Transmit',
      ' face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets',
      '    lo: 999 1 0 0 0 0 0 0 999 1 0 0 0 0 0 0',
      '  eth0: 100 1 0 0 0 0 0 0 20 1 0 0 0 0 0 0',
      ' wlan0:3 1 0 0 0 0 0 0 4 1 0 0 0 0 0 0',
    ];
    expect(parseNetworkBytes(table.join('\n'))).toBe(127);
  });

  it('of the machine this runs on are within bounds', async () => {
    const { total, busy, diskPercent, memoryPercent } = await readHostCounters();
    expect(busy > 0 && busy <= total).toBe(true);
    expect(diskPercent >= 0 && diskPercent <= 100).toBe(true);
    expect(memoryPercent > 0 && memoryPercent < 100).toBe(true);
    const series = await collectHostMetrics(50);
    expect(series.map(({ metric }) => metric)).toEqual(
      expect.arrayContaining(['cpu_percent', 'memory_percent', 'disk_percent']),
    );
    expect(TargetId.safeParse(hostTarget()).success).toBe(true);
  });
});
