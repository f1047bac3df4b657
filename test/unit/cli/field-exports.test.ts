import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { openInput } from '../../../cli/input/open-input.ts';
import { readSeriesPoints } from '../../../cli/input/series-points.ts';

const FOLDER = join(import.meta.dirname, '..', '..', 'fixtures', 'exports');
const [NOV_24, NOV_29] = [Date.UTC(2026, 10, 24) / 1000, Date.UTC(2026, 10, 29) / 1000];

const readFixture = async (file: string) => {
  const lines: string[] = [];
  const input = openInput(join(FOLDER, file), Readable.from([]));
  const found = await readSeriesPoints(input, { report: (line) => lines.push(line) });
  const all = [...found.values()].map(({ series, points }) => ({
    ...series,
    first: [points.timestamps[0], points.values[0]],
  }));
  return { all, lines, found };
};

/** Shortened exports as tools write them. Each: the file, how it is said to be read, its series with their first point. */
const CASES: readonly (readonly [string, string, readonly object[]])[] = [
  [
    'grafana-rows.csv',
    'Grafana CSV, series as rows; separator ";"; columns "Time" as timestamp',
    [{ name: 'host-a.cpu', target: 'host-a.cpu', first: [NOV_24 + 300, 28.78] }],
  ],
  [
    'grafana-columns.csv',
    'Grafana CSV, series joined by time; times in epoch milliseconds',
    [
      { name: 'web-1', label: 'web-1', first: [NOV_24 + 300, 28.7814] },
      { name: 'web-2', label: 'web-2', first: [NOV_24 + 300, 25.9032] },
    ],
  ],
  [
    'sadf-d.csv',
    'sadf -d; separator ";"',
    ['%user', '%nice', '%system', '%iowait', '%steal', '%idle'].map((metric, index) => ({
      name: `web1/${metric}`,
      target: 'web1',
      metric,
      unit: '%',
      first: [NOV_24 + 300, [28.78, 0, 1.2, 0.3, 0, 69.72][index]],
    })),
  ],
  [
    'cpu-user-2026-11-28',
    'collectd CSV',
    [{ name: 'cpu-user', metric: 'cpu-user', first: [1_795_824_030.137, 28.941896] }],
  ],
  [
    'influx-annotated.csv',
    'InfluxDB annotated CSV',
    [
      {
        name: 'web1/cpu_usage_user',
        target: 'web1',
        metric: 'cpu_usage_user',
        first: [NOV_24 + 300.123456789, 28.781375794120578],
      },
    ],
  ],
  [
    'cloudwatch-console.csv',
    'CloudWatch console CSV; times without a zone read as UTC',
    [
      {
        name: 'i-0aaa/CPUUtilization',
        target: 'i-0aaa',
        metric: 'CPUUtilization',
        first: [NOV_24 + 300, 28.7814],
      },
      {
        name: 'i-0bbb/CPUUtilization',
        target: 'i-0bbb',
        metric: 'CPUUtilization',
        first: [NOV_24 + 300, 23.0251],
      },
    ],
  ],
  [
    'cloudwatch-get-metric-data.json',
    'CloudWatch get-metric-data JSON',
    [{ name: 'CPUUtilization', metric: 'CPUUtilization', first: [NOV_29, 27.7878] }],
  ],
  [
    'cloudwatch-get-metric-statistics.json',
    'CloudWatch get-metric-statistics JSON',
    [
      {
        name: 'CPUUtilization',
        metric: 'CPUUtilization',
        unit: '%',
        first: [Date.UTC(2026, 10, 25, 16, 40) / 1000, 52.3116],
      },
    ],
  ],
  [
    'netdata.csv',
    'Netdata CSV; times without a zone read as UTC',
    [
      { name: 'received', metric: 'received', first: [NOV_29, 2778.7751] },
      { name: 'sent', metric: 'sent', first: [NOV_29, -2500.89759] },
    ],
  ],
  [
    'datadog-query.json',
    'Datadog query JSON; times in epoch milliseconds',
    [
      {
        name: 'web1/system.cpu.user',
        target: 'web1',
        metric: 'system.cpu.user',
        first: [NOV_24 + 300, 28.781375794120578],
      },
    ],
  ],
  [
    'prometheus-query-range.json',
    'Prometheus query_range JSON',
    [
      {
        name: 'web1:9100/node_load1',
        target: 'web1:9100',
        metric: 'node_load1',
        first: [NOV_24 + 300, 28.7814],
      },
    ],
  ],
  [
    'powershell-utf16.csv',
    'CSV with one point a row; UTF-16LE',
    [{ name: 'value', first: [Date.UTC(2026, 10, 22, 0, 5) / 1000, 571] }],
  ],
];

describe('exports as tools write them', () => {
  it.each(CASES)('%s is read as %s', async (file, remark, expected) => {
    const { all, lines } = await readFixture(file);
    expect(all).toEqual(expected);
    expect(lines).toEqual([`${file}: read as ${remark}`]);
  });

  it('have gaps', async () => {
    const { found } = await readFixture('cpu-user-2026-11-28');
    expect(found.get('cpu-user')?.points.values[5]).toBeNaN();
  });
});
