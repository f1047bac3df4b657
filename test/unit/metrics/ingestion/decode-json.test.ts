import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { INGEST_LIMITS } from '../../../../core/metrics/ingestion/decoding/limits.ts';
import { InvalidInputError } from '../../../../core/shared/errors.ts';
import { decodeAs, NOW, NOW_SECONDS, rejectionOf } from '../../../fixtures/ingestion/decoding.ts';

const point = (some: Record<string, unknown> = {}) => ({
  target: 'web-1',
  metric: 'cpu',
  timestamp: NOW_SECONDS,
  value: 1,
  ...some,
});
const points = (...all: Record<string, unknown>[]) => ({ points: all.map(point) });

describe('JSON ingest', () => {
  it('groups points into series, in order of time', () => {
    const decoded = decodeAs(
      points(
        { timestamp: NOW_SECONDS - 60, value: 2 },
        { value: 3 },
        { metric: 'mem', value: 4 },
        { timestamp: NOW_SECONDS - 120 },
      ),
    );
    expect(decoded.series).toEqual([
      {
        targetId: 'web-1',
        metric: 'cpu',
        kind: 'gauge',
        timestamps: [NOW_SECONDS - 120, NOW_SECONDS - 60, NOW_SECONDS],
        values: [1, 2, 3],
      },
      { targetId: 'web-1', metric: 'mem', kind: 'gauge', timestamps: [NOW_SECONDS], values: [4] },
    ]);
    expect(decoded).toMatchObject({ accepted: 4, missing: 0, duplicates: 0, rejected: { count: 0 } });
  });

  it('accepts whole series with kind, unit and profile', () => {
    const decoded = decodeAs({
      profiles: { 'db-1': 'database' },
      series: [
        {
          target: 'web-1',
          metric: 'requests',
          kind: 'counter',
          unit: '1',
          profile: 'web',
          timestamps: ['2026-11-21T09:00:00Z', '2026-11-21T10:00:00.999+01:00'],
          values: [5, 6],
        },
      ],
    });
    expect(decoded.series).toEqual([
      {
        targetId: 'web-1',
        metric: 'requests',
        kind: 'counter',
        unit: '1',
        timestamps: [NOW_SECONDS - 3600],
        values: [6],
      },
    ]);
    expect(decoded.duplicates).toBe(1);
    expect(decoded.profiles).toEqual(
      new Map([
        ['db-1', 'database'],
        ['web-1', 'web'],
      ]),
    );
  });

  it('decodes the same bytes to the same result', () => {
    const body = points({ value: null }, { value: 2 }, { timestamp: 3 });
    expect(decodeAs(body)).toEqual(decodeAs(body));
  });

  it('decompresses gzip', () => {
    expect(decodeAs(gzipSync(JSON.stringify(points({}))), { gzip: true }).accepted).toBe(1);
  });

  it('keeps the last of several points in one second: duplicate keys, and milliseconds rounded down', () => {
    const decoded = decodeAs(points({ value: 1 }, { value: 3 }, { timestamp: NOW_SECONDS + 0.9, value: 2 }));
    expect(decoded.series[0]).toMatchObject({ timestamps: [NOW_SECONDS], values: [2] });
    expect(decoded).toMatchObject({ accepted: 1, duplicates: 2 });
  });

  it('keeps the last of a repeated member of an object, as JSON.parse does', () => {
    const text = `{"points":[{"target":"a","target":"b","metric":"m","timestamp":${NOW_SECONDS},"value":1}]}`;
    expect(decodeAs(text).series[0]?.targetId).toBe('b');
  });

  it('accepts series with mixed steps unchanged', () => {
    const timestamps = [0, 10, 20, 80, 380].map((offset) => NOW_SECONDS - 1000 + offset);
    const decoded = decodeAs({ series: [{ target: 'a', metric: 'm', timestamps, values: [1, 2, 3, 4, 5] }] });
    expect(decoded.series[0]?.timestamps).toEqual(timestamps);
  });

  it.each([null, 'NaN'])('counts the value %j as missing', (value) => {
    expect(decodeAs(points({ value }, {}))).toMatchObject({
      accepted: 1,
      missing: 1,
      rejected: { count: 0 },
    });
  });

  it.each(['Infinity', '-Infinity'])('rejects the value %s and keeps the others', (value) => {
    const decoded = decodeAs(points({}, { value }));
    expect(decoded.accepted).toBe(1);
    expect(decoded.rejected).toEqual({
      count: 1,
      samples: [{ field: 'points[1]', code: 'not-finite', message: 'the value is infinite' }],
    });
  });

  it('rejects a number too large for a double', () => {
    const text = JSON.stringify(points({}, { value: 12345 })).replace('12345', '1e999');
    expect(decodeAs(text).rejected.samples[0]).toMatchObject({ field: 'points[1]', code: 'not-finite' });
  });

  it.each([
    ['year 1970', 0, 'too-old'],
    ['a negative time', -5, 'too-old'],
    ['36 days ago', NOW_SECONDS - 36 * 86_400, 'too-old'],
    ['eleven minutes ahead', NOW_SECONDS + 660, 'in-future'],
    ['next year', '2027-11-21T10:00:00Z', 'in-future'],
  ])('rejects %s', (_, timestamp, code) => {
    const decoded = decodeAs(points({}, { timestamp }));
    expect(decoded.accepted).toBe(1);
    expect(decoded.rejected.samples).toMatchObject([{ field: 'points[1]', code }]);
  });

  it('accepts points ten minutes ahead and 35 days old', () => {
    const edges = points({ timestamp: NOW_SECONDS + 600 }, { timestamp: NOW_SECONDS - 35 * 86_400 });
    expect(decodeAs(edges).accepted).toBe(2);
  });

  it('suspects milliseconds in a timestamp far in the future', () => {
    expect(rejectionOf(points({ timestamp: NOW })).errors[0]?.message).toContain('milliseconds');
  });

  it('rejects a request without any usable point, naming the reasons', () => {
    const rejection = rejectionOf(points({ timestamp: 0 }, { value: null }));
    expect(rejection).toMatchObject({ code: 'no-usable-points', name: 'InvalidInputError' });
    expect(rejection).toBeInstanceOf(InvalidInputError);
    expect(rejection.message).toBe('no usable point: 1 missing, 1 rejected, 0 of unsupported kinds');
    expect(rejection.errors).toMatchObject([{ field: 'points[0]', code: 'too-old' }]);
  });

  it('rejects an empty list of points', () => {
    expect(rejectionOf({ points: [] }).code).toBe('no-usable-points');
  });

  it.each([
    ['nothing', ''],
    ['half a body', '{"points":['],
    ['text', 'hello'],
    ['bytes that are no text', Uint8Array.from([0xff, 0xfe, 0x00])],
  ])('rejects %s as malformed', (_, body) => {
    expect(rejectionOf(body).code).toBe('malformed-body');
  });

  it('explains that JSON has no NaN', () => {
    expect(rejectionOf('{"points":[{"value": NaN}]}').message).toContain('send null');
  });

  it.each([
    ['another top level', [], '(body)'],
    ['null', 'null', '(body)'],
    ['neither points nor series', { tenant: 'acme' }, 'points'],
    ['points that are none', { points: 5 }, 'points'],
    ['a missing target', { points: [{ metric: 'm', timestamp: 1, value: 1 }] }, 'points[0].target'],
    ['a bad target', points({}, { target: 'a b' }), 'points[1].target'],
    ['a metric with #', points({ metric: 'a#b' }), 'points[0].metric'],
    ['a bad timestamp', points({ timestamp: 'yesterday' }), 'points[0].timestamp'],
    ['an impossible date', points({ timestamp: '2026-02-30T00:00:00Z' }), 'points[0].timestamp'],
    ['text for a value', points({ value: '5' }), 'points[0].value'],
    ['an unknown profile', { ...points({}), profiles: { 'web-1': 'mainframe' } }, 'profiles.web-1'],
    [
      'fewer values than timestamps',
      { series: [{ target: 'a', metric: 'm', timestamps: [NOW_SECONDS], values: [] }] },
      'series[0].values',
    ],
  ])('names the field of %s', (_, body, field) => {
    const rejection = rejectionOf(body);
    expect(rejection.code).toBe('invalid-content');
    expect(rejection.errors[0]?.field).toBe(field);
    expect(rejection.field).toBe(field);
  });

  it('reports at most twenty fields', () => {
    const body = points(...Array.from({ length: 50 }, () => ({ value: 'x' })));
    expect(rejectionOf(body).errors).toHaveLength(20);
  });

  it('accepts the tenant of the key and rejects any other', () => {
    expect(decodeAs({ tenant: 'acme', ...points({}) }).accepted).toBe(1);
    expect(rejectionOf({ tenant: 'rival', ...points({}) })).toMatchObject({
      code: 'tenant-mismatch',
      field: 'tenant',
    });
  });

  it.each([
    ['too many bytes', 'x'.repeat(INGEST_LIMITS.maxBytes + 1), {}],
    ['ten megabytes of garbage', new Uint8Array(10_000_000).fill(0xa7), {}],
    ['a gzip bomb', gzipSync(new Uint8Array(40_000_000)), { gzip: true }],
    ['too many points', gzipSync(JSON.stringify({ points: new Array(200_001).fill(0) })), { gzip: true }],
    [
      'too many points within series',
      gzipSync(JSON.stringify({ series: [{ values: new Array(200_001).fill(0) }] })),
      { gzip: true },
    ],
    ['too many targets', points(...Array.from({ length: 1001 }, (_, n) => ({ target: `t${n}` }))), {}],
    [
      'too many profiles',
      {
        ...points({}),
        profiles: Object.fromEntries(Array.from({ length: 1001 }, (_, n) => [`t${n}`, 'web'])),
      },
      {},
    ],
    ['millions of empty lists', gzipSync(`[${'[],'.repeat(2_000_001)}[]]`), { gzip: true }],
  ])('rejects %s as too large', (_, body, some) => {
    expect(rejectionOf(body, some).code).toBe('body-too-large');
  });

  it('rejects bytes that are wrongly declared as gzip', () => {
    expect(rejectionOf('{}', { gzip: true })).toMatchObject({
      code: 'malformed-body',
      message: 'the body is not valid gzip, although content-encoding is gzip',
    });
  });
});
