/** Metrics. */
import { gzipSync } from 'node:zlib';
import { WORST_BODIES } from '../../../bench/anomalies/hostile/worst-bodies.ts';
import { type Expected, type HostileRequest, repeated, shown } from './request.ts';

/** As sent; decompressed they are fifty times as large. */
const WORST_BYTES = 3_000_000;
const GZIP = { 'content-encoding': 'gzip' };

export const worst = (): HostileRequest[] =>
  WORST_BODIES.map(({ name, format, contentType, make }) => ({
    name: `ingest of ${name}`,
    ...{ method: 'POST', path: `/v1/ingest/${format}`, body: gzipSync(make(WORST_BYTES)) },
    headers: { ...GZIP, 'content-type': format === 'otlp' ? contentType : 'application/gzip' },
    expected: 'answered',
  }));

const now = Math.floor(Date.now() / 1000);
const point = (more: object) =>
  JSON.stringify({ points: [{ target: 'a', metric: 'm', timestamp: now, value: 1, ...more }] });
const json = (name: string, body: string, expected: Expected): HostileRequest => ({
  ...{ name: `ingest of ${name}`, method: 'POST', path: '/v1/ingest/json', body, expected },
});

export const ingest = (): HostileRequest[] => [
  ...[
    repeated('\u{1f600}', 130),
    repeated('é', 258),
    '#',
    '',
    '\u0000',
    '\u001b[2J',
    '\uffff',
    '\u2028',
    'cpu\u202etnecrep',
    '\n',
    repeated('x', 257),
  ].map((metric) => json(`a point of the metric ${shown(metric)}`, point({ metric }), 422)),
  ...['', '..', 'a b', 'é', '#', repeated('x', 129), '-a', '\u0000'].map((target) =>
    json(`a point of the target ${shown(target)}`, point({ target }), 422),
  ),
  ...[1e300, -1e300, 9e15, -1, 0].map((timestamp) =>
    json(`a point at ${timestamp}`, point({ timestamp }), 422),
  ),
  ...['1e400', 'soon', '2026-02-30', '', true, null, {}, []].map((timestamp) =>
    json(`a point at ${JSON.stringify(timestamp)}`, point({ timestamp }), 422),
  ),
  ...['1.5', true, {}, [], ''].map((value) =>
    json(`a point of the value ${JSON.stringify(value)}`, point({ value }), 422),
  ),
  json('a point of 1e999', point({}).replace('"value":1', '"value":1e999'), 422),
  json('another tenant', JSON.stringify({ tenant: 'somebody-else', points: [] }), 'refused'),
  json(
    'a unit that clears the screen',
    JSON.stringify({
      series: [{ target: 'a', metric: 'm', unit: '\u001b[2J', timestamps: [now], values: [1] }],
    }),
    422,
  ),
  json(
    '150,000 wrong values',
    JSON.stringify({
      series: [
        {
          target: 'a',
          metric: 'm',
          timestamps: Array.from({ length: 150_000 }, () => now),
          values: Array.from({ length: 150_000 }, () => '1'),
        },
      ],
    }),
    422,
  ),
  json(
    'profiles of a long name',
    JSON.stringify({ points: [], profiles: { [repeated('x', 3_000_000)]: 'web' } }),
    422,
  ),
  json('profiles that are a text', JSON.stringify({ points: [], profiles: repeated('x', 3_000_000) }), 422),
  json('a body of one byte', '\u0001', 400),
  ...['image/png', 'application/jsonx', repeated('x', 300), 'application/x-protobuf; a=b', ''].map(
    (type): HostileRequest => ({
      name: `OTLP as ${shown(type)}`,
      ...{
        method: 'POST',
        path: '/v1/ingest/otlp',
        body: Buffer.from([0xff, 0xff, 0xff]),
        headers: { 'content-type': type },
      },
      expected: 'refused',
    }),
  ),
  ...['br', 'deflate', 'gzip, gzip', repeated('x', 2_000), 'constructor'].map(
    (encoding): HostileRequest => ({
      name: `ingest encoded as ${shown(encoding)}`,
      ...{ method: 'POST', path: '/v1/ingest/json', body: '{}', headers: { 'content-encoding': encoding } },
      expected: 'refused',
    }),
  ),
  ...[
    '?x=%EF%BF%BF',
    '?target=%00&metric=m',
    '?target=a&metric=%EF%BF%BF',
    `?target=a&metric=${repeated('%F0%9F%98%80', 1_200)}`,
    '?target=a&target=b&metric=m',
  ].map(
    (query): HostileRequest => ({
      name: `CSV with the query ${shown(query)}`,
      ...{
        method: 'POST',
        path: `/v1/ingest/csv${query}`,
        body: `timestamp,value\n${now},1\n`,
        headers: { 'content-type': 'text/csv' },
      },
      expected: 'refused',
    }),
  ),
  ...[
    ['no gzip', Buffer.from('plain')],
    ['half of gzip', gzipSync('x'.repeat(10_000)).subarray(0, 20)],
    ['gzip of nothing', gzipSync('')],
    ['gzip of gzip', gzipSync(gzipSync(point({})))],
    [
      'gzip of a gigabyte',
      Buffer.concat(Array.from({ length: 40 }, () => gzipSync(Buffer.alloc(25_000_000)))),
    ],
  ].map(
    ([name, body]): HostileRequest => ({
      name: `ingest of ${String(name)}`,
      ...{
        method: 'POST',
        path: '/v1/ingest/json',
        body: body as Uint8Array<ArrayBuffer>,
        headers: { ...GZIP, 'content-type': 'application/gzip' },
      },
      expected: 'refused',
    }),
  ),
  ...[
    ['25,200 points of one hour', rows(7, 3_600, (i) => lastHour + i), 202],
    ['1,600 metrics of a target', rows(1_600, 1, () => lastHour), 202],
    ['points of 12,000 hours of targets', rows(20, 600, (i) => lastHour - 3_600 * i, true), 413],
  ].map(
    ([name, body, expected]): HostileRequest => ({
      name: `CSV of ${String(name)}`,
      ...{
        method: 'POST',
        path: '/v1/ingest/csv',
        body: String(body),
        headers: { 'content-type': 'text/csv' },
      },
      expected: Number(expected),
    }),
  ),
];

const lastHour = Math.floor(now / 3_600) * 3_600 - 3_600;

/** CSV of `count` series with `length` points each: metrics of one target, or one metric of different targets. */
function rows(count: number, length: number, at: (i: number) => number, ofTargets = false): string {
  const lines = Array.from({ length: count * length }, (_, row) => {
    const [series, i] = [Math.floor(row / length), row % length];
    return `${at(i)},${ofTargets ? `many-${series},m` : `full,m${series}`},${i}`;
  });
  return `timestamp,target,metric,value\n${lines.join('\n')}\n`;
}
