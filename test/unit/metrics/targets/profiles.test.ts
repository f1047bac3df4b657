import { describe, expect, it } from 'vitest';
import { meaningOf, wordsOf } from '../../../../core/metrics/meaning/metric-meaning.ts';
import { boundsOf, PROFILE_CATALOGUE, thresholdOf } from '../../../../core/metrics/targets/profiles.ts';
import { PROFILES } from '../../../../core/metrics/targets/target.ts';

describe('reading metric names', () => {
  it.each([
    ['CPUUtilization', ['cpu', 'utilization']],
    ['system.cpu.utilization{cpu="0"}', ['system', 'cpu', 'utilization']],
    ['ec2_cpu_utilization_5f5533', ['ec2', 'cpu', 'utilization', '5f5533']],
    ['HTTPCode_ELB_5XX', ['http', 'code', 'elb', '5', 'xx']],
  ])('%s', (metric, words) => expect(wordsOf(metric)).toEqual(words));

  it.each([
    ['cpu_utilization', undefined, 'cpu', 'percent'],
    ['CPUUtilization', 'Percent', 'cpu', 'percent'],
    ['rds_cpu_utilization_cc0c53', undefined, 'cpu', 'percent'],
    ['cpu_percent', '%', 'cpu', 'percent'],
    ['cpu', undefined, 'cpu', 'percent'],
    ['system.cpu.utilization', '1', 'cpu', 'ratio'],
    ['system.cpu.utilization{state="user"}', undefined, 'cpu', 'ratio'],
    ['cpu_load_average', '1', 'cpu', 'unknown'],
    ['cpu_time', 's', 'cpu', 'unknown'],
    ['system.memory.utilization', '1', 'memory', 'ratio'],
    ['mem_used_percent', undefined, 'memory', 'percent'],
    ['memory_usage', 'By', 'memory', 'unknown'],
    ['memory_usage', undefined, 'memory', 'unknown'],
    ['disk_used_percent', undefined, 'disk-space', 'percent'],
    ['system.filesystem.utilization', undefined, 'disk-space', 'ratio'],
    ['disk_write_bytes', undefined, 'other', 'unknown'],
    ['latency_ms', undefined, 'latency', 'seconds'],
    ['http.server.request.duration', 's', 'latency', 'seconds'],
    ['TargetResponseTime', 'Seconds', 'latency', 'seconds'],
    ['latency', undefined, 'latency', 'unknown'],
    ['request_rate', '/s', 'request-rate', 'unknown'],
    ['RequestCount', undefined, 'request-rate', 'unknown'],
    ['error_rate', '%', 'error-share', 'percent'],
    ['error_ratio', undefined, 'error-share', 'ratio'],
    ['network_in', undefined, 'other', 'unknown'],
    ['battery', '%', 'other', 'percent'],
  ])('%s in %s measures %s as %s', (metric, unit, aspect, scale) => {
    const meaning = meaningOf(metric, unit);
    expect([meaning.aspect, meaning.scale.kind]).toEqual([aspect, scale]);
  });
});

describe('thresholds of the catalogue', () => {
  it('follow the profile', () => {
    expect(thresholdOf('web', 'cpu_percent', '%')).toEqual({ kind: 'fixed', direction: 'above', limit: 80 });
    expect(thresholdOf('batch', 'cpu_percent', '%')).toMatchObject({ limit: 98 });
    expect(thresholdOf('database', 'disk_percent', '%')).toMatchObject({ limit: 85 });
  });

  it('are in the unit of the metric', () => {
    expect(thresholdOf('web', 'system.cpu.utilization', '1')).toMatchObject({ limit: 0.8 });
    expect(thresholdOf('web', 'latency_ms', 'ms')).toMatchObject({ limit: 500 });
    expect(thresholdOf('web', 'latency', 's')).toMatchObject({ limit: 0.5 });
    expect(thresholdOf('web', 'latency', 'us')).toMatchObject({ limit: 500_000 });
  });

  it.each(['network_in', 'request_rate', 'memory_usage', 'latency', 'queue_depth'])(
    'come from the history for %s, which has no natural limit',
    (metric) => expect(thresholdOf('web', metric)).toMatchObject({ kind: 'historical', direction: 'above' }),
  );

  it('come from the history if a percentage exceeds 100', () => {
    expect(thresholdOf('app', 'cpu_percent', '%', 250)).toMatchObject({ kind: 'historical' });
    expect(thresholdOf('app', 'cpu_percent', '%', 100)).toMatchObject({ kind: 'fixed' });
    expect(thresholdOf('app', 'system.cpu.utilization', '1', 4)).toMatchObject({ kind: 'historical' });
  });

  it('exist for every typical metric of every profile that is a share or a latency', () => {
    for (const profile of PROFILES) {
      for (const metric of PROFILE_CATALOGUE[profile].typicalMetrics) {
        const fixed = /percent|latency/.test(metric);
        expect(thresholdOf(profile, metric)?.kind).toBe(fixed ? 'fixed' : 'historical');
      }
    }
  });
});

describe('bounds', () => {
  it('exist for percentages and ratios, unless the history exceeds them', () => {
    expect(boundsOf('CPUUtilization')).toEqual({ lower: 0, upper: 100 });
    expect(boundsOf('system.memory.utilization', '1')).toEqual({ lower: 0, upper: 1 });
    expect(boundsOf('cpu_percent', '%', 250)).toBeUndefined();
    expect(boundsOf('network_in')).toBeUndefined();
  });
});
