import { describe, expect, it } from 'vitest';
import {
  decodeAs as decodeAny,
  NOW_SECONDS,
  rejectionOf as rejectionOfAny,
} from '../../../fixtures/ingestion/decoding.ts';

const T = NOW_SECONDS;
const decodeAs = (body: unknown, query: Record<string, string> = {}) =>
  decodeAny(body, { format: 'csv', query });
const rejectionOf = (body: unknown, query: Record<string, string> = {}) =>
  rejectionOfAny(body, { format: 'csv', query });
const BOTH = { target: 'web-1', metric: 'cpu' };

describe('CSV ingest', () => {
  it('accepts columns in any order and case, with blanks, a byte order mark and Windows line endings', () => {
    const decoded = decodeAs(
      `\ufeffvalue, Target ,METRIC,timestamp,unit,kind,profile\r\n1.5, web-1,cpu,2026-11-21 09:59:00,%,gauge,web\r\n\r\n2e0,web-1,cpu,${T},%,gauge,web\r\n`,
    );
    expect(decoded.series).toEqual([
      {
        targetId: 'web-1',
        metric: 'cpu',
        kind: 'gauge',
        unit: '%',
        timestamps: [T - 60, T],
        values: [1.5, 2],
      },
    ]);
    expect(decoded.profiles).toEqual(new Map([['web-1', 'web']]));
  });

  it('accepts two columns if the query names target and metric', () => {
    expect(decodeAs(`timestamp,value\n${T},1\n`, BOTH).series[0]).toMatchObject({
      targetId: 'web-1',
      metric: 'cpu',
    });
  });

  it('accepts either of them from the query', () => {
    expect(decodeAs(`timestamp,metric,value\n${T},mem,1\n`, { target: 'a' }).series[0]).toMatchObject({
      targetId: 'a',
      metric: 'mem',
    });
  });

  it('accepts quoted cells', () => {
    expect(
      decodeAs(`timestamp,target,metric,value\n${T},a,"disk{dev=""sda"",x=""1,2""}",1\n`).series[0]?.metric,
    ).toBe('disk{dev="sda",x="1,2"}');
  });

  it.each(['', 'NaN', 'nan', 'null', 'NA', 'N/A', 'None'])('counts the value %j as missing', (cell) => {
    expect(decodeAs(`timestamp,value\n${T},${cell}\n${T - 1},1\n`, BOTH)).toMatchObject({
      accepted: 1,
      missing: 1,
    });
  });

  it.each(['inf', '-inf', 'Infinity', '+INF', '1e999'])('rejects the value %s, naming its line', (cell) => {
    expect(decodeAs(`timestamp,value\n${T},1\n${T - 1},${cell}\n`, BOTH).rejected).toEqual({
      count: 1,
      samples: [{ field: 'line 3', code: 'not-finite', message: 'the value is infinite' }],
    });
  });

  it('rejects points from 1970 and the future, naming their lines', () => {
    const { rejected } = decodeAs(`timestamp,value\n0,1\n${T + 9999},1\n${T},1\n`, BOTH);
    expect(rejected.samples).toMatchObject([
      { field: 'line 2', code: 'too-old' },
      { field: 'line 3', code: 'in-future' },
    ]);
  });

  it('keeps the last of duplicate keys', () => {
    const decoded = decodeAs(`timestamp,value\n${T},1\n${T - 1},5\n${T},2\n`, BOTH);
    expect(decoded.series[0]).toMatchObject({ timestamps: [T - 1, T], values: [5, 2] });
    expect(decoded.duplicates).toBe(1);
  });

  it.each([
    ['no target', 'timestamp,metric,value', 'missing column "target" (or query parameter "target")'],
    ['no value', 'timestamp,target,metric', 'missing column "value"'],
    ['an unknown column', 'timestamp,target,metric,value,region', 'unknown column "region"'],
    ['a duplicate column', 'timestamp,target,metric,value,value', 'duplicate column "value"'],
    ['no header', `${T},a,m,1`, 'missing column "timestamp"'],
  ])('names the wrong columns of a file with %s', (_, header, message) => {
    const rejection = rejectionOf(`${header}\n`);
    expect(rejection).toMatchObject({ code: 'invalid-content', field: 'line 1' });
    expect(rejection.errors[0]).toMatchObject({ code: 'wrong-columns' });
    expect(rejection.message).toContain(message);
    expect(rejection.message).toContain(`found: ${header}`);
  });

  it.each([
    ['a bad time', 'soon,a,m,1', 'timestamp "soon"'],
    ['a bad value', `${T},a,m,high`, 'value "high"'],
    ['a bad target', `${T},a b,m,1`, 'target "a b"'],
    ['a bad metric', `${T},a,m#,1`, 'metric "m#"'],
    ['an empty target', `${T},,m,1`, 'target ""'],
  ])('names the line of %s', (_, row, message) => {
    const rejection = rejectionOf(`timestamp,target,metric,value\n${T},a,m,1\n${row}\n`);
    expect(rejection).toMatchObject({ code: 'invalid-content', field: 'line 3' });
    expect(rejection.message).toContain(message);
  });

  it.each([
    ['kind', 'histogram'],
    ['profile', 'mainframe'],
    ['unit', 'x'.repeat(64)],
  ])('names the line of a wrong %s', (column, cell) => {
    const rejection = rejectionOf(`timestamp,target,metric,value,${column}\n${T},a,m,1,${cell}\n`);
    expect(rejection.errors[0]).toMatchObject({ field: 'line 2', code: 'invalid-value' });
  });

  it('counts lines within quoted cells', () => {
    expect(rejectionOf(`timestamp,target,metric,value\n${T},a,"m\nn",1\n`).errors[0]?.field).toMatch(
      /^line [23]$/,
    );
  });

  it('reports up to twenty lines', () => {
    expect(rejectionOf(`timestamp,value\n${`${T},x\n`.repeat(50)}`, BOTH).errors).toHaveLength(20);
    expect(rejectionOf(`timestamp,value\n${`${T},x\n`.repeat(3)}`, BOTH).errors).toHaveLength(3);
  });

  it('names a row with too few cells', () => {
    expect(rejectionOf(`timestamp,value\n${T},1\n${T}\n`, BOTH)).toMatchObject({
      code: 'invalid-content',
      field: 'line 3',
    });
  });

  it.each([
    ['an empty file', ''],
    ['blank lines', '\n\n'],
    ['an open quote', `timestamp,value\n${T},"1\n`],
    ['garbage without line breaks', 'x'.repeat(100_000)],
    ['bytes that are no text', Uint8Array.from([0xff, 0xfe, 0x00])],
  ])('rejects %s as malformed', (_, body) => {
    expect(rejectionOf(body, BOTH).code).toBe('malformed-body');
  });

  it('rejects a header without rows', () => {
    expect(rejectionOf('timestamp,value\n', BOTH).code).toBe('no-usable-points');
  });

  it('rejects an invalid target in the query', () => {
    expect(rejectionOf(`timestamp,value\n${T},1\n`, { target: 'a b', metric: 'm' }).field).toBe(
      'query.target',
    );
  });

  it("rejects another tenant's rows", () => {
    const header = 'timestamp,target,metric,value,tenant';
    expect(decodeAs(`${header}\n${T},a,m,1,acme\n${T},a,m2,1,\n`).accepted).toBe(2);
    expect(rejectionOf(`${header}\n${T},a,m,1,rival\n`)).toMatchObject({
      code: 'tenant-mismatch',
      field: 'line 2: tenant',
    });
  });

  it('rejects too many rows as too large', () => {
    const rows = `${T},1\n`.repeat(200_001);
    expect(rejectionOf(`timestamp,value\n${rows}`, BOTH).code).toBe('body-too-large');
  });
});
