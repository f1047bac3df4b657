import { describe, expect, it } from 'vitest';
import { describeMeaning } from '../../../../core/metrics/meaning/describe-meaning.ts';
import { MeaningTable } from '../../../../core/metrics/meaning/meaning-table.ts';
import meanings from '../../../../core/metrics/meaning/meanings.json' with { type: 'json' };
import { kindByName, meaningOf } from '../../../../core/metrics/meaning/metric-meaning.ts';
import { boundsOf, capacityOf, thresholdOf } from '../../../../core/metrics/targets/profiles.ts';

describe('the meaning of a metric', () => {
  it.each([
    // OpenTelemetry
    ['system.cpu.utilization{cpu="cpu0",state="idle"}', '1', 'cpu', 'free', 'fall'],
    ['system.cpu.utilization{cpu="cpu0",state="user"}', '1', 'cpu', 'used', 'rise'],
    ['system.cpu.utilization{cpu.mode="idle"}', '1', 'cpu', 'free', 'fall'],
    ['system.memory.utilization{state="used"}', '1', 'memory', 'used', 'rise'],
    ['system.memory.utilization{state="free"}', '1', 'memory', 'spare', 'none'],
    ['system.memory.utilization{state="cached"}', '1', 'memory', 'part', 'none'],
    ['system.memory.usage{state="buffered"}', 'By', 'memory', 'part', 'none'],
    ['system.filesystem.utilization{device="sda",state="free"}', '1', 'disk-space', 'free', 'fall'],
    ['system.filesystem.usage{state="reserved"}', 'By', 'disk-space', 'part', 'none'],
    ['k8s.volume.available', 'By', 'disk-space', 'free', 'fall'],
    ['k8s.volume.capacity', 'By', 'disk-space', 'size', 'none'],
    ['db.client.connection.count{state="idle"}', '{connection}', 'other', 'part', 'none'],
    ['db.client.connection.count{state="used"}', '{connection}', 'other', 'used', 'rise'],
    // Prometheus
    ['node_cpu_seconds_total{cpu="0",mode="idle"}', undefined, 'cpu', 'free', 'fall'],
    ['node_memory_MemAvailable_bytes', undefined, 'memory', 'free', 'fall'],
    ['node_memory_MemFree_bytes', undefined, 'memory', 'spare', 'none'],
    ['node_memory_MemTotal_bytes', undefined, 'memory', 'size', 'none'],
    ['node_filesystem_avail_bytes{mountpoint="/"}', undefined, 'disk-space', 'free', 'fall'],
    ['kubelet_volume_stats_inodes_free', undefined, 'disk-space', 'free', 'fall'],
    ['kube_deployment_status_replicas_unavailable', undefined, 'other', undefined, 'rise'],
    ['kube_deployment_status_replicas_available', undefined, 'other', undefined, 'fall'],
    // CloudWatch
    ['FreeableMemory', 'Bytes', 'memory', 'free', 'fall'],
    ['FreeStorageSpace', 'Bytes', 'disk-space', 'free', 'fall'],
    ['CPUCreditBalance', 'Count', 'cpu', 'free', 'fall'],
    ['CPUSurplusCreditBalance', 'Count', 'other', undefined, 'rise'],
    ['BurstBalance', 'Percent', 'other', 'free', 'fall'],
    ['HealthyHostCount', 'Count', 'other', undefined, 'fall'],
    ['UnHealthyHostCount', 'Count', 'other', undefined, 'rise'],
    ['CPUUtilization', 'Percent', 'cpu', 'used', 'rise'],
    // sysstat and plain words
    ['%idle', '%', 'cpu', 'free', 'fall'],
    ['cpu_idle_percent', '%', 'cpu', 'free', 'fall'],
    ['cpu_usage_idle', undefined, 'cpu', 'free', 'fall'],
    ['disk_free_percent', '%', 'disk-space', 'free', 'fall'],
    ['memory_available_percent', '%', 'memory', 'free', 'fall'],
    ['api_quota_remaining', undefined, 'other', 'free', 'fall'],
    ['certificate_days_to_expiry', 'd', 'other', undefined, 'fall'],
    ['cache_hit_memory_percent', '%', 'other', undefined, 'fall'],
    ['success_rate', '%', 'success-share', undefined, 'fall'],
    ['memory_limit_bytes', undefined, 'memory', 'size', 'none'],
    ['process_uptime_seconds', undefined, 'other', 'part', 'none'],
    ['cpu_credits_used', undefined, 'cpu', undefined, 'rise'],
    ['unavailable_replicas', undefined, 'other', undefined, 'rise'],
    ['queue_depth', undefined, 'other', undefined, undefined],
    ['constructor', undefined, 'other', undefined, undefined],
  ] as const)('%s in %s: %s, %s, %s', (metric, unit, aspect, measures, harm) => {
    expect(meaningOf(metric, unit)).toMatchObject({ aspect, measures, harm });
  });

  it('has the kind that a convention gives the name', () => {
    expect(kindByName('node_cpu_seconds_total{cpu="0"}')).toBe('counter');
    expect(kindByName('node_network_receive_bytes_total')).toBe('counter');
    expect(kindByName('system.cpu.time')).toBe('counter');
    expect(kindByName('requests_total')).toBeUndefined();
  });

  it("is what the tenant's settings say, as far as they say it", () => {
    const metric = 'disk_free_percent';
    expect(meaningOf(metric, '%', { harm: 'none' })).toMatchObject({ measures: 'free', harm: 'none' });
    expect(meaningOf(metric, '%', { measures: 'used' })).toMatchObject({
      measures: 'used',
      harm: 'rise',
      source: 'your settings',
    });
    expect(meaningOf(metric, '%', { scale: 'ratio' })).toMatchObject({
      scale: { kind: 'ratio' },
      harm: 'fall',
      source: 'its name',
    });
  });
});

describe('the table of meanings', () => {
  it('is valid, and every name in it is read by its own row', () => {
    for (const { source, rows } of MeaningTable.parse(meanings).names) {
      for (const { match, ...reading } of rows) {
        for (const name of match) {
          const found = meaningOf(name.replaceAll('*', 'x'));
          for (const field of ['aspect', 'measures', 'kind', 'harm'] as const)
            if (reading[field] !== undefined) expect([name, found[field]]).toEqual([name, reading[field]]);
          if (reading.measures ?? reading.harm) expect([name, found.source]).toEqual([name, source]);
        }
      }
    }
  });

  it('refuses rows with other words', () => {
    const table = { names: [], attributes: { keys: [], rows: [] }, words: [{ any: ['x'], harm: 'up' }] };
    expect(MeaningTable.safeParse(table).success).toBe(false);
  });
});

describe('thresholds', () => {
  it.each([
    ['cpu_idle_percent', '%', 99, 20],
    ['system.cpu.utilization{state="idle"}', '1', 0.99, 0.2],
    ['disk_free_percent', '%', 60, 10],
    ['success_rate', '%', 100, 98],
    ['battery_remaining', '%', 100, 10],
    // Amounts: a tenth of the most that was ever free.
    ['node_filesystem_avail_bytes', undefined, 5e9, 5e8],
    ['CPUCreditBalance', 'Count', 576, 115.2],
  ])('of %s lie below', (metric, unit, max, limit) => {
    const threshold = thresholdOf('web', metric, unit, max);
    expect(threshold).toMatchObject({ kind: 'fixed', direction: 'below' });
    expect(threshold?.kind === 'fixed' && threshold.limit).toBeCloseTo(limit, 6);
  });

  it.each(['cache_hit_percent', 'HealthyHostCount', 'disk_free_bytes'])(
    'of %s come from the history',
    (metric) => {
      expect(thresholdOf('web', metric)).toEqual({ kind: 'historical', direction: 'below', quantile: 0 });
    },
  );

  it('do not exist if no direction does harm', () => {
    expect(thresholdOf('web', 'system.memory.utilization{state="cached"}', '1')).toBeUndefined();
    expect(thresholdOf('web', 'disk_free_percent', '%', 50, { harm: 'none' })).toBeUndefined();
    expect(thresholdOf('web', 'queue_depth', undefined, 5, { harm: 'fall' })).toMatchObject({
      direction: 'below',
    });
  });

  it('mirror each other: free is what is not used', () => {
    for (const profile of ['web', 'app', 'database', 'batch', 'generic'] as const)
      for (const resource of ['cpu', 'memory', 'disk']) {
        const used = thresholdOf(profile, `${resource}_used_percent`, '%', 99);
        const free = thresholdOf(profile, `${resource}_available_percent`, '%', 99);
        if (used?.kind !== 'fixed' || free?.kind !== 'fixed') throw new Error('expected fixed limits');
        expect(free.limit).toBeCloseTo(100 - used.limit, 9);
      }
  });

  it('and bounds agree with where a resource runs out', () => {
    expect(capacityOf('disk_used_percent', '%')).toBe(100);
    expect(capacityOf('disk_free_percent', '%')).toBe(0);
    expect(capacityOf('system.memory.utilization{state="cached"}', '1')).toBeUndefined();
    expect(capacityOf('queue_depth')).toBeUndefined();
    expect(boundsOf('queue_share', undefined, 0.5, { scale: 'ratio' })).toEqual({ lower: 0, upper: 1 });
  });
});

describe('a reading in words', () => {
  it.each([
    ['disk_free_percent', '%', 'read as free disk space in percent: a fall does harm (by its name)'],
    [
      'system.cpu.utilization{state="idle"}',
      '1',
      'read as free CPU as a ratio: a fall does harm (by its attributes)',
    ],
    ['FreeableMemory', 'Bytes', 'read as free memory: a fall does harm (by CloudWatch)'],
    [
      'node_memory_MemTotal_bytes',
      undefined,
      'read as size of the memory: neither a rise nor a fall does harm (by the Prometheus node exporter)',
    ],
    ['HealthyHostCount', undefined, 'a fall does harm (by CloudWatch)'],
    ['latency_ms', 'ms', 'read as latency: a rise does harm'],
    ['queue_depth', undefined, 'the name of the metric is unknown, so no limit is assumed'],
  ])('%s', (metric, unit, text) => {
    expect(describeMeaning(meaningOf(metric, unit))).toBe(text);
  });
});
