/** The bodies of every ingest format and content type, as they are and compressed. */
import { gzipSync } from 'node:zlib';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { type Decoded, type DecodeOptions, decode } from '../../../core/metrics/ingestion/decode.ts';
import {
  INGEST_LIMITS,
  MAX_FUTURE_SECONDS,
  MAX_REPORTED_ERRORS,
  MAX_UNIT_LENGTH,
} from '../../../core/metrics/ingestion/decoding/limits.ts';
import {
  INGEST_FORMAT_NAMES,
  INGEST_FORMATS,
  type IngestFormat,
} from '../../../core/metrics/ingestion/formats/ingest-formats.ts';
import { isMetricName, TargetId } from '../../../core/shared/identifiers.ts';
import { isPlainText } from '../../../core/shared/text.ts';
import { DAY_SECONDS } from '../../../core/shared/time.ts';
import { pointerTo } from '../../../functions/metrics/receive-metrics/ingest-pointer.ts';
import { readHttpRequest } from '../../../functions/runtime/http-request.ts';
import { type FuzzedParser, holds, parser } from './parser.ts';
import { damagedBytes, damagedOrGood, damagedText, isChosen, pick, type Random } from './random-input.ts';
import { jsonText } from './random-json.ts';

const NOW = Date.UTC(2026, 10, 21, 10) / 1000;
const RETENTION_DAYS = 35;

const POINT = { target: 'web-1', metric: 'cpu_percent', timestamp: NOW, value: 1.5 };
const SERIES = {
  ...{ target: 'db-1', metric: 'disk', kind: 'gauge', unit: 'percent', profile: 'database' },
  ...{ timestamps: [NOW - 60, '2026-11-21T10:00:00Z'], values: [1, null] },
};
const JSON_BODY = { tenant: 'acme', points: [POINT], series: [SERIES], profiles: { 'web-1': 'web' } };

const NANOS = `${NOW}000000000`;
const DATA_POINT = { timeUnixNano: NANOS, asDouble: 1.5, attributes: [] as unknown[] };
const OTLP_BODY = {
  resourceMetrics: [
    {
      resource: {
        attributes: [
          { key: 'host.name', value: { stringValue: 'web-1' } },
          { key: 'tags', value: { arrayValue: { values: [{ intValue: '1' }, { boolValue: true }] } } },
        ],
      },
      scopeMetrics: [
        {
          metrics: [
            { name: 'cpu', unit: '1', gauge: { dataPoints: [DATA_POINT] } },
            {
              name: 'requests',
              sum: {
                ...{ aggregationTemporality: 2, isMonotonic: true },
                dataPoints: [
                  { timeUnixNano: NANOS, asInt: '7', attributes: [{ key: 'a', value: { doubleValue: 1 } }] },
                ],
              },
            },
            { name: 'latency', histogram: { dataPoints: [{ timeUnixNano: NANOS, count: '1' }] } },
          ],
        },
      ],
    },
  ],
};

type Write = (writer: BinaryWriter) => void;
const message =
  (field: number, ...parts: readonly Write[]): Write =>
  (writer) => {
    writer.tag(field, WireType.LengthDelimited).fork();
    for (const part of parts) part(writer);
    writer.join();
  };
const text =
  (field: number, value: string): Write =>
  (writer) =>
    void writer.tag(field, WireType.LengthDelimited).string(value);
const dataPoint = message(
  1,
  (writer) => void writer.tag(3, WireType.Bit64).fixed64(BigInt(NANOS)),
  (writer) => void writer.tag(4, WireType.Bit64).double(1.5),
  message(7, text(1, 'a'), message(2, text(1, 'b'))),
);
const protobufBody = (): Uint8Array => {
  const writer = new BinaryWriter();
  const resource = message(1, message(1, text(1, 'host.name'), message(2, text(1, 'web-1'))));
  const gauge = message(2, text(1, 'cpu'), text(3, '1'), message(5, dataPoint));
  const sum = message(2, text(1, 'requests'), message(7, dataPoint));
  message(1, resource, message(2, gauge, sum))(writer);
  return writer.finish();
};

const CSV = `timestamp,target,metric,value,unit,kind,profile
${NOW},web-1,cpu,1.5,percent,gauge,web
2026-11-21T09:59:00Z,"web-2","a ""b"", c",,,,
${NOW - 60},web-1,cpu,NaN,,,
`;
const TWO_COLUMNS = `timestamp,value\n${NOW},1\n${NOW - 60},2\n`;

const bytesOf = (body: string): Uint8Array => Buffer.from(body);
const csv = (random: Random): Uint8Array => {
  const sample = pick(random, [CSV, TWO_COLUMNS]);
  return bytesOf(isChosen(random, 0.15) ? sample : damagedText(random, sample));
};
const bytes = (sample: Uint8Array) => (random: Random) =>
  isChosen(random, 0.1) ? sample : damagedBytes(random, sample);

type Make = (random: Random) => Uint8Array;

/** A source of bodies for each content type of each format: a format without one does not compile. */
const BODIES: {
  readonly [Format in IngestFormat]: Readonly<Record<keyof (typeof INGEST_FORMATS)[Format]['bodies'], Make>>;
} = {
  json: { 'application/json': (random) => bytesOf(jsonText(random, () => JSON_BODY)) },
  csv: { 'text/csv': csv },
  otlp: {
    'application/json': (random) => bytesOf(jsonText(random, () => OTLP_BODY)),
    'application/x-protobuf': bytes(protobufBody()),
  },
};

const QUERY = { target: 'web-1', metric: 'cpu', identity: 'host.name' };

const optionsOf = (format: IngestFormat, contentType: string, gzip: boolean): DecodeOptions => ({
  ...{ tenantId: 'acme', format, contentType, gzip, query: QUERY, receivedAt: NOW * 1000 },
  ...{ retentionDays: RETENTION_DAYS, limits: INGEST_LIMITS },
});

const checkSeries = (series: Decoded['series']): void => {
  const names = new Set(series.map(({ targetId, metric }) => `${targetId}#${metric}`));
  holds(names.size === series.length, 'one series for each target and metric');
  for (const { targetId, metric, unit = '', timestamps, values } of series) {
    holds(TargetId.safeParse(targetId).success && isMetricName(metric), 'the syntax of names');
    holds(unit.length <= MAX_UNIT_LENGTH && isPlainText(unit), 'the syntax of units');
    holds(timestamps.length === values.length && values.every(Number.isFinite), 'finite values');
    holds(
      timestamps.every((at, i) => Number.isInteger(at) && (i === 0 || at > timestamps[i - 1]!)),
      'ascending seconds',
    );
    const [first = NOW, last = NOW] = [timestamps[0], timestamps.at(-1)];
    holds(
      first >= NOW - RETENTION_DAYS * DAY_SECONDS && last <= NOW + MAX_FUTURE_SECONDS,
      'the range of times',
    );
  }
};

const checkDecoded = ({ series, accepted, rejected, profiles }: Decoded): void => {
  checkSeries(series);
  const points = series.reduce((sum, { timestamps }) => sum + timestamps.length, 0);
  holds(points === accepted && accepted <= INGEST_LIMITS.maxPoints, 'the count of points');
  holds(series.length <= INGEST_LIMITS.maxSeries, 'the limit on series');
  holds(rejected.samples.length <= MAX_REPORTED_ERRORS, 'the limit on reported errors');
  holds(
    [...profiles.keys()].every((name) => TargetId.safeParse(name).success),
    'the names of profiles',
  );
};

const GZIP_LEVEL = 1;

const bodyParsers: readonly FuzzedParser[] = INGEST_FORMAT_NAMES.flatMap((format) =>
  Object.entries<Make>(BODIES[format]).flatMap(([contentType, make]) => [
    parser(
      `${format} as ${contentType}`,
      make,
      (body) => decode(body, optionsOf(format, contentType, false)),
      checkDecoded,
    ),
    parser(
      `${format} as ${contentType}, compressed`,
      (random) => {
        const packed = gzipSync(make(random), { level: GZIP_LEVEL });
        return isChosen(random, 0.5) ? packed : damagedBytes(random, packed);
      },
      (body) => decode(body, optionsOf(format, contentType, true)),
      checkDecoded,
    ),
  ]),
);

interface IngestHeaders {
  readonly 'content-type': string;
  readonly 'content-encoding': string;
}

const CONTENT_TYPES = INGEST_FORMAT_NAMES.flatMap((format) => Object.keys(INGEST_FORMATS[format].bodies));

const headerParser = parser(
  'headers of ingestion',
  (random): IngestHeaders => ({
    'content-type': damagedOrGood(CONTENT_TYPES)(random),
    'content-encoding': damagedOrGood(['gzip', 'identity', ''])(random),
  }),
  (headers) =>
    pointerTo(
      readHttpRequest({
        ...{ rawPath: '/', headers, isBase64Encoded: true },
        requestContext: { requestId: 'JKJaXmPLvHcESHA=', http: { method: 'POST', sourceIp: '192.0.2.1' } },
      }),
      { tenantId: 'acme', format: 'json', query: {}, receivedAt: NOW * 1000 },
    ),
  ({ key, contentType }) => {
    holds(/^raw\/tenant=acme\/[\w=./-]+$/.test(key), 'the syntax of keys');
    holds(/^[\x20-\x7e]{0,200}$/.test(contentType), 'a content type that can be stored');
  },
);

export const formatParsers: readonly FuzzedParser[] = [...bodyParsers, headerParser];
