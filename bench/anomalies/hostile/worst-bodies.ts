/** Request bodies that make a parser do the most work per byte, each as large as a limit allows. */

import type { IngestFormat } from '../../../core/metrics/ingestion/formats/ingest-formats.ts';
import { OTLP_PROTOBUF } from '../../../core/metrics/ingestion/formats/otlp-content-type.ts';

export interface WorstBody {
  readonly name: string;
  readonly format: IngestFormat;
  readonly contentType: string;
  /** At most `bytes` long. */
  readonly make: (bytes: number) => Uint8Array;
}

/** Seconds since the epoch at which the bench pretends to receive everything. */
export const RECEIVED_AT = Date.UTC(2026, 10, 21, 10) / 1000;

const JSON_TYPE = 'application/json';

/** `open`, as many `unit`s as fit, `close`. */
const filled =
  (open: string, unit: string, close: string) =>
  (bytes: number): Uint8Array => {
    const size = Buffer.byteLength(unit);
    const room = bytes - open.length - close.length - size;
    return Buffer.from(open + unit.repeat(Math.floor(room / size)) + unit.replace(/,$/, '') + close);
  };

/** `open`, numbered units until the size or the count is reached, `close`. */
const numbered =
  (open: string, unitOf: (index: number) => string, close: string, maxUnits = Number.POSITIVE_INFINITY) =>
  (bytes: number): Uint8Array => {
    const units: string[] = [];
    let left = bytes - open.length - close.length;
    for (let index = 0; index < maxUnits; index++) {
      const unit = unitOf(index);
      left -= unit.length;
      if (left < 0) break;
      units.push(unit);
    }
    return Buffer.from(open + units.join('').replace(/,$/, '') + close);
  };

const varint = (value: number): number[] =>
  value < 128 ? [value] : [(value & 127) | 128, ...varint(Math.floor(value / 128))];

const field = (number: number, content: Uint8Array): Uint8Array =>
  Buffer.concat([Buffer.from([number * 8 + 2, ...varint(content.length)]), content]);

const nested = (numbers: readonly number[], content: Uint8Array): Uint8Array =>
  numbers.reduceRight<Uint8Array>((inner, number) => field(number, inner), content);

/** A protobuf message in which the units are inside the fields `path`, from the request down. */
const protobuf =
  (path: readonly number[], unit: Uint8Array) =>
  (bytes: number): Uint8Array =>
    nested(path, Buffer.concat(Array.from({ length: Math.floor((bytes - 64) / unit.length) }, () => unit)));

const EMPTY = Buffer.alloc(0);
const text = (value: string): Uint8Array => Buffer.from(value);
const HOST = field(
  1,
  field(1, Buffer.concat([field(1, text('host.name')), field(2, field(1, text('web-1')))])),
);

const point = (index: number): Uint8Array => {
  const time = Buffer.alloc(9);
  time[0] = 3 * 8 + 1;
  time.writeBigUInt64LE(BigInt(RECEIVED_AT) * 1_000_000_000n, 1);
  const value = Buffer.alloc(9);
  value[0] = 4 * 8 + 1;
  value.writeDoubleLE(index, 1);
  const attribute = Buffer.concat([field(1, text('a')), field(2, field(1, text(String(index % 50_000))))]);
  return field(1, Buffer.concat([time, value, field(7, attribute)]));
};

/** As many series as allowed, which is what costs most among the points that are accepted. */
const manySeries = (bytes: number): Uint8Array => {
  const points: Uint8Array[] = [];
  for (let index = 0, size = 256; index < 200_000; index++) {
    const next = point(index);
    size += next.length;
    if (size > bytes) break;
    points.push(next);
  }
  const metric = Buffer.concat([field(1, text('m')), field(5, Buffer.concat(points))]);
  return field(1, Buffer.concat([HOST, field(2, field(2, metric))]));
};

const attribute = (key: string, value: string): Uint8Array =>
  field(1, Buffer.concat([field(1, text(key)), field(2, field(1, text(value)))]));

/** As many resources as allowed that send the same series; the first two have 180,000 attributes. */
const sharedSeries = (bytes: number): Uint8Array => {
  const metric = field(2, field(2, Buffer.concat([field(1, text('m')), field(5, point(0))])));
  const target = attribute('forestall.target', 'web-1');
  const resource = (attributes: readonly Uint8Array[]) =>
    field(1, Buffer.concat([field(1, Buffer.concat([target, ...attributes])), metric]));
  const large = resource(
    Array.from({ length: 180_000 }, (_, index) => field(1, field(1, text(index.toString(36))))),
  );
  const small = resource([]);
  const larges = Math.min(2, Math.floor(bytes / large.length));
  const smalls = Math.min(60_000, Math.floor((bytes - larges * large.length) / small.length));
  return Buffer.concat([
    ...Array.from({ length: larges }, () => large),
    ...Array.from({ length: smalls }, () => small),
  ]);
};

const otlpJson = (name: string, make: WorstBody['make']): WorstBody => ({
  ...{ name: `OTLP JSON, ${name}`, format: 'otlp', contentType: JSON_TYPE, make },
});
const otlpList = (name: string, open: string, unit: string, close: string): WorstBody =>
  otlpJson(name, filled(open, unit, close));

const METRIC =
  '{"resourceMetrics":[{"resource":{"attributes":[{"key":"host.name","value":{"stringValue":"a"}}]},"scopeMetrics":[{"metrics":[';
const POINTS = `${METRIC}{"name":"m","gauge":{"dataPoints":[`;
const ATTRIBUTES = '{"resourceMetrics":[{"resource":{"attributes":[';
const LIST = `${ATTRIBUTES}{"key":"a","value":{"arrayValue":{"values":[`;
const ENTRIES = `${ATTRIBUTES}{"key":"a","value":{"kvlistValue":{"values":[`;

const json = (name: string, make: WorstBody['make']): WorstBody => ({
  ...{ name: `JSON, ${name}`, format: 'json', contentType: JSON_TYPE, make },
});
const csv = (name: string, make: WorstBody['make']): WorstBody => ({
  ...{ name: `CSV, ${name}`, format: 'csv', contentType: 'text/csv', make },
});
const proto = (name: string, make: WorstBody['make']): WorstBody => ({
  ...{ name: `OTLP protobuf, ${name}`, format: 'otlp', contentType: OTLP_PROTOBUF, make },
});

const at = RECEIVED_AT;

export const WORST_BODIES: readonly WorstBody[] = [
  csv('commas', filled('', ',', '')),
  csv('empty lines', filled('timestamp,target,metric,value\n', '\n', '')),
  csv('short points', filled('timestamp,target,metric,value\n', `${at},a,m,1\n`, '')),
  csv('a quote that never ends', filled('timestamp,target,metric,value\n"', '\n', '')),
  csv(
    'points of 50,000 series',
    numbered(
      'timestamp,target,metric,value\n',
      (i) => `${at - (i % 4)},t${i % 1000},${'m'.repeat(70)}${i % 50_000},1\n`,
      '',
      200_000,
    ),
  ),
  json('profiles is a text', filled('{"points":[],"profiles":"', 'a', '"}')),
  json('profiles is a list', filled('{"points":[],"profiles":[', '0,', ']}')),
  json(
    'wrong values',
    filled('{"series":[{"target":"a","metric":"m","timestamps":[],"values":[', '"1.5",', ']}]}'),
  ),
  json(
    'wrong points',
    numbered('{"points":[', () => '{},', ']}', 200_000),
  ),
  json('null points', filled('{"points":[', 'null,', ']}')),
  json('null series', filled('{"series":[', 'null,', ']}')),
  json(
    'points of 50,000 series',
    numbered(
      '{"points":[',
      (i) => `{"target":"t${i % 1000}","metric":"m${i % 50_000}","timestamp":${at - (i % 4)},"value":1},`,
      ']}',
      200_000,
    ),
  ),
  json(
    'unlike keys',
    numbered('{"x":{', (i) => `"${i.toString(36)}":0,`, '}}'),
  ),
  json(
    'unlike objects',
    numbered('{"x":[', (i) => `{"${i.toString(36)}":0},`, ']}'),
  ),
  json('objects', filled('{"x":[', '{},', ']}')),
  json('lists', filled('{"x":[', '[],', ']}')),
  json('numbers', filled('{"x":[', '0.5,', ']}')),
  json('nested lists', (bytes) =>
    Buffer.from(`{"x":${'['.repeat(bytes / 2 - 6)}${']'.repeat(bytes / 2 - 6)}}`),
  ),
  json('nested objects', (bytes) =>
    Buffer.from(`{"x":${'{"a":'.repeat(bytes / 6 - 6)}0${'}'.repeat(bytes / 6 - 6)}}`),
  ),
  json('wide text', filled('{"x":"', 'ā', '"}')),
  json('escapes', filled('{"x":"', '\\u0101', '"}')),
  otlpList('null resources', '{"resourceMetrics":[', 'null,', ']}'),
  otlpList('empty resources', '{"resourceMetrics":[', '{},', ']}'),
  otlpList('null scopes', '{"resourceMetrics":[{"scopeMetrics":[', 'null,', ']}]}'),
  otlpList('null metrics', METRIC, 'null,', ']}]}]}'),
  otlpList('empty metrics', METRIC, '{},', ']}]}]}'),
  otlpList('null points', POINTS, 'null,', ']}}]}]}]}'),
  otlpList('empty points', POINTS, '{},', ']}}]}]}]}'),
  otlpList('null attributes', ATTRIBUTES, 'null,', ']}}]}'),
  otlpList('empty values in an attribute', LIST, '{},', ']}}}]}}]}'),
  otlpList('empty entries in an attribute', ENTRIES, '{},', ']}}}]}}]}'),
  otlpList(
    'control characters in an attribute',
    `${POINTS}{"attributes":[{"key":"a","value":{"stringValue":"`,
    '\\u0001',
    '"}}]}]}}]}]}]}',
  ),
  proto('empty resources', protobuf([], field(1, EMPTY))),
  proto('empty scopes', protobuf([1], field(2, EMPTY))),
  proto('empty metrics', protobuf([1, 2], field(2, EMPTY))),
  proto('empty points', protobuf([1, 2, 2, 5], field(1, EMPTY))),
  proto('empty histogram points', protobuf([1, 2, 2, 9], field(1, EMPTY))),
  proto('empty attributes of a resource', protobuf([1, 1], field(1, EMPTY))),
  proto('empty attributes of a point', protobuf([1, 2, 2, 5, 1], field(7, EMPTY))),
  proto('empty entries in an attribute', protobuf([1, 1, 1, 2, 6], field(1, EMPTY))),
  proto('empty values in an attribute', protobuf([1, 1, 1, 2, 5], field(1, EMPTY))),
  proto('control characters in an attribute', protobuf([1, 2, 2, 5, 1, 7, 2, 1], text('\u0001'))),
  proto('unknown fields', protobuf([], Buffer.from([15 * 8, 0]))),
  proto('nested groups', protobuf([], Buffer.from([15 * 8 + 3]))),
  proto('points of 50,000 series', manySeries),
  proto('a series that many resources share', sharedSeries),
];
