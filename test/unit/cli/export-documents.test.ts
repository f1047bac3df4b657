import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { seriesFromLabels, toMetricName } from '../../../cli/input/reading/labels.ts';
import { readSeriesPoints } from '../../../cli/input/series-points.ts';

const read = async (document: unknown) => {
  const lines: string[] = [];
  const text = typeof document === 'string' ? document : JSON.stringify(document);
  const input = { name: 'f.json', stream: Readable.from([Buffer.from(text)]) };
  const found = await readSeriesPoints(input, { report: (line) => lines.push(line) });
  return { found, lines, names: [...found.keys()] };
};
const matrix = (...metrics: readonly object[]) => ({
  status: 'success',
  data: { resultType: 'matrix', result: metrics.map((metric) => ({ metric, values: [[60, '1']] })) },
});

describe('JSON exports', () => {
  it.each([
    ['{', 'f.json: found invalid JSON'],
    ['[1]', 'f.json: found other JSON, expected one of: Prometheus query_range JSON, Datadog'],
    [{ status: 'error', errorType: 'bad_data', error: 'oops' }, 'found an error of Prometheus (oops)'],
    [
      { status: 'success', data: { resultType: 'vector', result: [{ metric: {}, value: [60, '1'] }] } },
      'found a result of type vector, expected "matrix": use /api/v1/query_range',
    ],
    [matrix({ a: 1 }), 'f.json: data.result.0.metric.a: Invalid input: expected string'],
    [
      { status: 'error', res_type: 'time_series', error: 'quota', series: [] },
      'found an error of Datadog (quota)',
    ],
    [
      { MetricDataResults: [{ Id: 'm', Label: 'L', Timestamps: ['2026-01-01T00:00:00Z'], Values: [] }] },
      'm: found 1 timestamp and 0 values',
    ],
    [
      { MetricDataResults: [{ Id: 'm', Label: 'L', Timestamps: ['soon'], Values: [1] }] },
      'f.json point 1: found timestamp "soon"',
    ],
    [{ Datapoints: [{ Average: 1 }] }, 'f.json: Datapoints.0.Timestamp: Invalid input'],
  ])('%j is refused with what to do', async (document, message) => {
    await expect(read(document)).rejects.toThrow(message);
  });

  it('of Prometheus: the instance is the target, other labels follow the metric, infinite values are gaps', async () => {
    const { found } = await read({
      status: 'success',
      data: {
        resultType: 'matrix',
        result: [
          {
            metric: { __name__: 'up', instance: 'a:1', job: 'node' },
            values: [
              [60.5, '+Inf'],
              [120.5, 'NaN'],
            ],
          },
          { metric: { __name__: 'up', instance: 'a:1', zone: 'b', job: 'node' }, values: [[60, '1']] },
        ],
      },
    });
    expect([...found.keys()]).toEqual(['a:1/up', 'a:1/up{zone="b"}']);
    expect(found.get('a:1/up')?.points).toEqual({
      timestamps: [60.5, 120.5],
      values: [Number.NaN, Number.NaN],
    });
  });

  it('of Prometheus: the job distinguishes series that are otherwise equal, and names those without labels', async () => {
    const twice = await read(
      matrix({ __name__: 'up', instance: 'a', job: 'x' }, { __name__: 'up', instance: 'a', job: 'y' }),
    );
    expect(twice.names).toEqual(['a/up{job="x"}', 'a/up{job="y"}']);
    expect((await read(matrix({ job: 'x' }))).names).toEqual(['x']);
    expect((await read(matrix({}))).names).toEqual(['value']);
  });

  it('of CloudWatch: equal labels are told apart by their IDs, incomplete results are named', async () => {
    const one = { Label: 'CPU', Timestamps: ['2026-01-01T00:00:00Z'], Values: [1] };
    const { names, lines } = await read({
      MetricDataResults: [
        { ...one, Id: 'a', StatusCode: 'PartialData' },
        { ...one, Id: 'b', StatusCode: 'Complete' },
      ],
    });
    expect(names).toEqual(['CPU (a)', 'CPU (b)']);
    expect(lines[0]).toContain('a incomplete, as CloudWatch says: use --next-token');
  });

  it('of CloudWatch statistics: one series for each statistic', async () => {
    const { found } = await read({
      Label: 'Latency',
      Datapoints: [
        { Timestamp: '2026-01-01T00:00:00Z', Average: 1, ExtendedStatistics: { p99: 9 }, Unit: 'Seconds' },
        { Timestamp: '2026-01-01T00:05:00Z', Average: 2, Unit: 'Seconds' },
      ],
    });
    expect([...found].map(([name, { series, points }]) => [name, series.unit, points.values])).toEqual([
      ['Latency Average', 'Seconds', [1, 2]],
      ['Latency p99', 'Seconds', [9, Number.NaN]],
    ]);
  });

  it('of Datadog: tags are labels, percent is %', async () => {
    const { found } = await read({
      res_type: 'time_series',
      series: [
        {
          metric: 'disk',
          scope: 'host:h,device:sda,spot',
          unit: [{ name: 'percent' }, null],
          pointlist: [[60_000, null]],
        },
        { display_name: 'a / b', scope: '*', unit: null, pointlist: [[60_000, 2]] },
      ],
    });
    expect([...found].map(([name, { series }]) => [name, series.unit])).toEqual([
      ['h/disk{device="sda",spot="true"}', '%'],
      ['a / b', undefined],
    ]);
  });

  it("of Forestall's own API", async () => {
    const { found } = await read({
      points: [{ target: 't', metric: 'm', timestamp: 60, value: 1 }],
      series: [
        { target: 't', metric: 'c', kind: 'counter', unit: '1', timestamps: [60, 120], values: [1, null] },
      ],
    });
    expect([...found.values()].map(({ series }) => [series.name, series.kind, series.unit])).toEqual([
      ['t/c', 'counter', '1'],
      ['t/m', undefined, undefined],
    ]);
  });
});

describe('tables of tools with several headers', () => {
  const table = (text: string) => readSeriesPoints({ name: 'f', stream: Readable.from([Buffer.from(text)]) });

  it('of sadf: each activity, items as attributes, restarts omitted', async () => {
    const found = await table(
      [
        '# hostname;interval;timestamp;CPU;%user',
        'h;300;2026-01-01 00:00:00 UTC;-1;1',
        'h;-1;2026-01-01 00:01:00 UTC;LINUX-RESTART\t(4 CPU)',
        'h;300;2026-01-01 00:00:00 UTC;0;2',
        '# hostname;interval;timestamp;DEV;tps;rkB/s',
        'h;300;2026-01-01 00:00:00 UTC;sda;3;4',
      ].join('\n'),
    );
    expect([...found].map(([name, { points }]) => [name, points.values])).toEqual([
      ['h/%user', [1]],
      ['h/%user{cpu="0"}', [2]],
      ['h/tps{dev="sda"}', [3]],
      ['h/rkB/s{dev="sda"}', [4]],
    ]);
    await expect(
      table('# hostname;interval;timestamp;tps\nh;300;2026-01-01 00:00:00 UTC;1;2'),
    ).rejects.toThrow('f line 2: found 5 fields, expected 4');
  });

  it('of InfluxDB: several tables, tags as labels; without annotations, too', async () => {
    const found = await table(
      [
        ',result,table,_time,_value,_field,_measurement,host,cpu',
        ',,0,2026-01-01T00:00:00Z,1,idle,cpu,a,cpu0',
        '',
        '#datatype,string,long,dateTime:RFC3339,long,string,string',
        ',result,table,_time,_value,_field,_measurement',
        ',,1,2026-01-01T00:00:00Z,2,load,system',
      ].join('\n'),
    );
    expect([...found.keys()]).toEqual(['a/cpu_idle{cpu="cpu0"}', 'system_load']);
  });

  it.each([
    ['#datatype,string,string\n,error,reference\n,failed,897', 'found an error of InfluxDB'],
    [',result,table,_time,cpu\n', 'leave pivot() and drop() out of the query'],
    [
      '#datatype,string,long,dateTime:RFC3339,string\n,result,table,_time,_value\n',
      'found values of type string, expected numbers: filter by _field',
    ],
    [',result,table,_time,_value\n,,0,2026-01-01T00:00:00Z\n', 'line 2: found 4 fields, expected 5'],
    ['Label,a,a\n2026/01/01 00:00:00,1,2\n', 'found the label "a" twice'],
  ])('%j is refused', async (text, message) => {
    await expect(table(text)).rejects.toThrow(message);
  });

  it('of collectd: the host is the folder above the plugin', async () => {
    const namesAt = async (path: string) => {
      const stream = Readable.from([Buffer.from('epoch,value,rx\n60,1,2\n')]);
      return [...(await readSeriesPoints({ name: 'x', path, stream })).keys()];
    };
    expect(await namesAt('/csv/web-1/interface-eth0/if_octets-2026-11-28')).toEqual([
      'web-1/interface-eth0/if_octets',
      'web-1/interface-eth0/if_octets.rx',
    ]);
    expect(await namesAt('/csv/web-1/cpu-0/cpu-user-2026-11-28')).toContain('web-1/cpu-0/cpu-user');
    expect(await namesAt('downloads/cpu-user-2026-11-28.csv')).toContain('cpu-user');
    expect(await namesAt('cpu-user')).toContain('cpu-user');
  });
});

describe('names from labels', () => {
  it('fit the limits of the API', () => {
    expect(toMetricName('a#b\u0000c')).toBe('a_b_c');
    expect(Buffer.byteLength(toMetricName('ä'.repeat(300)))).toBeLessThanOrEqual(256);
    expect(toMetricName('')).toBe('value');
    expect(seriesFromLabels('m', { host: 'web 1' })).toMatchObject({ target: 'web_1', metric: 'm' });
  });
});
