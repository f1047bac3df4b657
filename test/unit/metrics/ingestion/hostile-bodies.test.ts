/** Bodies that are small to send but large in memory: rejected before they are built. */
import { describe, expect, it } from 'vitest';
import { INGEST_LIMITS } from '../../../../core/metrics/ingestion/decoding/limits.ts';
import { OTLP_PROTOBUF } from '../../../../core/metrics/ingestion/formats/otlp-content-type.ts';
import { decodeAs, NOW_SECONDS, rejectionOf } from '../../../fixtures/ingestion/decoding.ts';

const T = NOW_SECONDS;
const limits = { ...INGEST_LIMITS, maxPoints: 100, maxSeries: 50 };
const proto = { format: 'otlp', contentType: OTLP_PROTOBUF } as const;
const otlpJson = { format: 'otlp', contentType: 'application/json' } as const;
const csv = { format: 'csv', contentType: 'text/csv' } as const;

/** A protobuf field whose content is a number of empty fields, inside other fields. */
const emptyFields = (path: readonly number[], leaf: number, count: number): Uint8Array =>
  path.reduceRight<Buffer>(
    (inner, field) => {
      const length = [(inner.length & 127) | 128, ((inner.length >> 7) & 127) | 128, inner.length >> 14];
      return Buffer.concat([Buffer.from([field * 8 + 2, ...length]), inner]);
    },
    Buffer.from(Array.from({ length: count }, () => [leaf * 8 + 2, 0]).flat()),
  );

const list = (open: string, element: string, close: string, count: number): string =>
  `${open}${Array.from({ length: count }, () => element).join()}${close}`;

describe('CSV', () => {
  it('rejects a line of delimiters, which the limit on a record does not count', () => {
    const rejection = rejectionOf(','.repeat(5_000), csv);
    expect(rejection).toMatchObject({ code: 'malformed-body', errors: [{ field: 'line 1' }] });
    expect(rejection.errors[0]?.code).toBe('line-too-long');
  });

  it('names the line that is too long', () => {
    const body = `timestamp,target,metric,value\n${T},a,m,1\n${','.repeat(5_000)}\n`;
    expect(rejectionOf(body, csv).errors[0]).toMatchObject({ field: 'line 3', code: 'line-too-long' });
  });

  it('accepts a line of exactly the limit', () => {
    const row = `${T},a,m,1`;
    expect(
      decodeAs(`timestamp,target,metric,value\n${row}${' '.repeat(4_096 - row.length)}\n`, csv).accepted,
    ).toBe(1);
  });

  it('rejects millions of empty lines', () => {
    const body = `timestamp,target,metric,value\n${'\n'.repeat(200)}`;
    expect(rejectionOf(body, { ...csv, limits })).toMatchObject({ code: 'body-too-large' });
    expect(
      decodeAs(`timestamp,target,metric,value\n${T},a,m,1\n${'\n'.repeat(190)}`, { ...csv, limits }).accepted,
    ).toBe(1);
  });
});

describe('JSON', () => {
  it.each([
    ['a text', 'x'.repeat(2_000)],
    ['a list', Array.from({ length: 2_000 }, () => 0)],
    ['a number', 7],
  ])('rejects profiles that are %s without listing its keys', (_, profiles) => {
    const rejection = rejectionOf({ points: [], profiles });
    expect(rejection.code).toBe('invalid-content');
    expect(rejection.errors).toMatchObject([{ field: 'profiles' }]);
  });

  it('still rejects profiles of too many targets', () => {
    const profiles = Object.fromEntries(Array.from({ length: 1_001 }, (_, i) => [`t${i}`, 'web']));
    expect(rejectionOf({ points: [], profiles }).code).toBe('body-too-large');
  });

  it('counts values as well as containers', () => {
    const body = list('{"points":[],"x":[', 'null', ']}', 1_300_000);
    expect(rejectionOf(body)).toMatchObject({ code: 'body-too-large' });
  });

  it('names 20 of 150,000 wrong values, which would overflow the stack as issues', () => {
    const timestamps = Array.from({ length: 150_000 }, () => T);
    const values = timestamps.map(() => '1.5');
    const { code, errors } = rejectionOf({ series: [{ target: 'a', metric: 'm', timestamps, values }] });
    expect(code).toBe('invalid-content');
    expect(errors).toHaveLength(20);
    expect(errors[0]).toEqual({
      field: 'series[0].values[0]',
      code: 'custom',
      message: 'expected a number, or null if missing',
    });
  });

  it('names 20 of 150,000 wrong timestamps and of wrong points', () => {
    const timestamps = Array.from({ length: 150_000 }, () => 'soon');
    const series = [{ target: 'a', metric: 'm', timestamps, values: timestamps.map(() => 1) }];
    expect(rejectionOf({ series }).errors.at(-1)?.field).toBe('series[0].timestamps[19]');
    const points = timestamps
      .slice(0, 50_000)
      .map(() => ({ target: 'a', metric: 'm', timestamp: T, value: '1.5' }));
    expect(rejectionOf({ points }).errors.at(-1)?.field).toBe('points[19].value');
  });

  it('cuts the names of fields in its answer', () => {
    const rejection = rejectionOf({ points: [], profiles: { ['x'.repeat(1_000_000)]: 'web' } });
    expect(JSON.stringify(rejection.errors).length).toBeLessThan(1_000);
    expect(rejection.message.length).toBeLessThan(500);
  });

  it.each(['\u001b[2J', '\u0000', 'a\nb', '\ud800', '\uffff'])('rejects the unit %j', (unit) => {
    const series = [{ target: 'a', metric: 'm', unit, timestamps: [T], values: [1] }];
    expect(rejectionOf({ series }).errors).toMatchObject([{ field: 'series[0].unit' }]);
  });
});

describe('metric names', () => {
  const point = (metric: string) => ({ points: [{ target: 'a', metric, timestamp: T, value: 1 }] });

  it('are limited in bytes, as storage keys are', () => {
    expect(decodeAs(point('é'.repeat(128))).accepted).toBe(1);
    expect(rejectionOf(point('é'.repeat(129))).errors).toMatchObject([
      { field: 'points[0].metric', message: 'expected at most 256 bytes of UTF-8' },
    ]);
    expect(rejectionOf(point('\u{1f600}'.repeat(65))).code).toBe('invalid-content');
  });

  it('are limited in bytes in OTLP, too, with their attributes', () => {
    const body = (stringValue: string) => ({
      resourceMetrics: [
        {
          resource: { attributes: [{ key: 'host.name', value: { stringValue: 'a' } }] },
          scopeMetrics: [
            {
              metrics: [
                {
                  name: 'm',
                  gauge: {
                    dataPoints: [
                      {
                        timeUnixNano: `${T}000000000`,
                        asDouble: 1,
                        attributes: [{ key: 'k', value: { stringValue } }],
                      },
                      { timeUnixNano: `${T}000000000`, asDouble: 1 },
                    ],
                  },
                },
              ],
            },
          ],
        },
      ],
    });
    expect(decodeAs(body('\u{1f600}'.repeat(62)), otlpJson)).toMatchObject({ accepted: 2 });
    for (const value of ['\u{1f600}'.repeat(63), 'x'.repeat(300), '#'.repeat(1_000_000)])
      expect(decodeAs(body(value), otlpJson)).toMatchObject({ accepted: 1, rejected: { count: 1 } });
  });
});

describe('series', () => {
  it('are limited per request', () => {
    const points = Array.from({ length: 51 }, (_, i) => ({
      target: 'a',
      metric: `m${i}`,
      timestamp: T,
      value: 1,
    }));
    expect(decodeAs({ points: points.slice(1) }, { limits }).series).toHaveLength(50);
    expect(rejectionOf({ points }, { limits })).toMatchObject({
      code: 'body-too-large',
      message: 'more than 50 series in one request',
    });
  });
});

describe('OTLP protobuf', () => {
  it.each([
    ['resources', [], 1],
    ['metrics', [1, 2], 2],
    ['points', [1, 2, 2, 5], 1],
    ['attributes of a resource', [1, 1], 1],
    ['attributes of a point', [1, 2, 2, 5, 1], 7],
    ['entries in an attribute', [1, 1, 1, 2, 6], 1],
    ['values in an attribute', [1, 1, 1, 2, 5], 1],
  ])('rejects thousands of empty %s', (_, path, leaf) => {
    expect(rejectionOf(emptyFields(path, leaf, 5_000), { ...proto, limits })).toMatchObject({
      code: 'body-too-large',
    });
  });

  it('stops at the first point too many', () => {
    const body = emptyFields([1, 2, 2, 5], 1, 101);
    expect(rejectionOf(body, { ...proto, limits }).message).toBe('more than 100 points in one request');
  });
});

describe('OTLP JSON', () => {
  const METRICS = '{"resourceMetrics":[{"scopeMetrics":[{"metrics":[';
  it.each([
    ['resources', '{"resourceMetrics":[', ']}'],
    ['metrics', METRICS, ']}]}]}'],
    ['points', `${METRICS}{"gauge":{"dataPoints":[`, ']}}]}]}]}'],
    ['attributes', '{"resourceMetrics":[{"resource":{"attributes":[', ']}}]}'],
  ])('rejects thousands of null %s', (_, open, close) => {
    const body = list(open, 'null', close, 5_000);
    expect(rejectionOf(body, { ...otlpJson, limits })).toMatchObject({ code: 'body-too-large' });
  });
});
