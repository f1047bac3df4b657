import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nameFromFile, toTargetId } from '../../../cli/input/reading/file-naming.ts';
import { MetricName, TargetId } from '../../../core/shared/identifiers.ts';

describe('names from file names', () => {
  it.each([
    ['ec2_cpu_utilization_5f5533.csv', 'ec2_5f5533', 'cpu_utilization'],
    ['/a/b/ec2_network_in_257a54.csv', 'ec2_257a54', 'network_in'],
    ['ec2_disk_write_bytes_1ef3de.csv', 'ec2_1ef3de', 'disk_write_bytes'],
    ['iio_us-east-1_i-a2eb1cd9_NetworkIn.csv', 'iio_us-east-1_i-a2eb1cd9', 'network_in'],
    ['ec2_request_latency_system_failure.csv', 'ec2_system_failure', 'request_latency'],
    ['cpu_utilization_asg_misconfiguration.csv', 'asg_misconfiguration', 'cpu_utilization'],
    ['bitbrains-cpu-percent.csv.gz', 'bitbrains', 'cpu_percent'],
    ['grok_asg_anomaly.csv', 'grok_asg_anomaly', 'value'],
    ['CPUUtilization.csv', 'CPUUtilization', 'cpu_utilization'],
    ['cpu.csv', 'cpu', 'cpu'],
  ])('%s is %s %s', (file, target, metric) => {
    expect(nameFromFile(file)).toEqual({ target, metric });
  });

  it('are valid IDs for any file name', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(TargetId.safeParse(toTargetId(text)).success).toBe(true);
        const { target, metric } = nameFromFile(`${text}.csv`);
        expect(TargetId.safeParse(target).success && MetricName.safeParse(metric).success).toBe(true);
      }),
    );
  });
});
