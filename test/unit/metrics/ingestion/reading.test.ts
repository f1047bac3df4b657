import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EntryBudget } from '../../../../core/metrics/ingestion/decoding/entry-budget.ts';
import { IngestRejection } from '../../../../core/metrics/ingestion/decoding/ingest-rejection.ts';
import {
  arrayAt,
  doubleAt,
  integerAt,
  objectAt,
  rejectAt,
  textAt,
  within,
} from '../../../../core/metrics/ingestion/decoding/json-reader.ts';
import {
  jsonElementsIn,
  MAX_JSON_ELEMENTS,
  readJson,
  readText,
} from '../../../../core/metrics/ingestion/decoding/read-text.ts';
import { checkTenantClaim } from '../../../../core/metrics/ingestion/decoding/tenant-claim.ts';
import { parseValue, readIdentity, readSample } from '../../../../core/metrics/ingestion/formats/csv-row.ts';
import {
  BudgetedReader,
  lengthField,
  readMessage,
  varintField,
} from '../../../../core/metrics/ingestion/formats/protobuf-message.ts';
import { parsePointer } from '../../../../core/metrics/ingestion/ingest-pointer.ts';
import { InvalidInputError } from '../../../../core/shared/errors.ts';

/** Code and errors of a rejection. */
const rejectionOf = (act: () => unknown) => {
  try {
    act();
  } catch (error) {
    if (!(error instanceof IngestRejection)) throw error;
    const { code, message, errors, cause } = error;
    return { code, message, errors, cause };
  }
  throw new Error('it was accepted');
};
const bytes = (text: string) => new TextEncoder().encode(text);

describe('a value of parsed JSON', () => {
  const place = within(within(within(undefined, 'resourceMetrics'), 2), 'name');

  it.each([
    ['an object', objectAt, {}],
    ['an array', arrayAt, []],
    ['text', textAt, ''],
  ] as const)('that is absent or null is empty, where %s is expected', (_, read, empty) => {
    expect(read(undefined, place)).toEqual(empty);
    expect(read(null, place)).toEqual(empty);
  });

  it('is returned if it has the expected type', () => {
    expect(objectAt({ a: 1 }, place)).toEqual({ a: 1 });
    expect(arrayAt([1], place)).toEqual([1]);
    expect(textAt('a', place)).toBe('a');
    expect([doubleAt(1.5, place), doubleAt('Infinity', place), doubleAt('-Infinity', place)]).toEqual([
      1.5,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
    ]);
    expect(doubleAt('NaN', place)).toBeNaN();
    expect([integerAt('-12', place), integerAt(7, place)]).toEqual([-12n, 7n]);
    expect(integerAt('18446744073709551615', place)).toBe(18446744073709551615n);
  });

  it.each([
    [objectAt, [], 'an object'],
    [objectAt, 'x', 'an object'],
    [arrayAt, {}, 'an array'],
    [textAt, 1, 'text'],
    [doubleAt, '1', 'a number'],
    [doubleAt, 'Inf', 'a number'],
    [doubleAt, null, 'a number'],
    [integerAt, 1.5, 'a whole number'],
    [integerAt, 'a12', 'a whole number'],
    [integerAt, '12a', 'a whole number'],
    [integerAt, '', 'a whole number'],
    [integerAt, '1'.repeat(21), 'a whole number'],
    [integerAt, null, 'a whole number'],
  ] as const)('is rejected with its path by %o: %j', (read, value, expected) => {
    const field = 'resourceMetrics[2].name';
    expect(rejectionOf(() => read(value, place))).toMatchObject({
      code: 'invalid-content',
      message: `${field}: expected ${expected}`,
      errors: [{ field, code: 'invalid-type', message: `expected ${expected}` }],
    });
  });

  it('at the root is named by its first path element', () => {
    expect(rejectionOf(() => rejectAt(within(undefined, 'series'), 'x')).message).toBe('series: expected x');
    expect(rejectionOf(() => rejectAt(within(undefined, 3), 'x')).message).toBe('3: expected x');
  });
});

describe('the text of a body', () => {
  it('has no byte order mark', () => {
    expect(readText(bytes('\ufeffä'))).toBe('ä');
  });

  it('must not be empty, and must be UTF-8', () => {
    expect(rejectionOf(() => readText(new Uint8Array(0)))).toMatchObject({
      ...{ code: 'malformed-body', message: 'the body is empty' },
    });
    const noise = rejectionOf(() => readText(Uint8Array.of(0xc3, 0x28)));
    expect(noise).toMatchObject({ code: 'malformed-body', message: 'the body is not UTF-8 text' });
    expect(noise.cause).toBeInstanceOf(TypeError);
  });

  it('must be JSON if that is expected', () => {
    const { code, message, cause } = rejectionOf(() => readJson(bytes('{"a":}')));
    expect([code, message]).toEqual([
      'malformed-body',
      expect.stringMatching(/^the body is not JSON: .*token/),
    ]);
    expect(message).not.toContain('NaN');
    expect(cause).toBeInstanceOf(SyntaxError);
  });

  it.each(['{"values":[NaN]}', '{"value": Infinity}', '[1,\n -Infinity]'])(
    'gives a hint if %s spells a number that JSON lacks',
    (text) => {
      expect(rejectionOf(() => readJson(bytes(text))).message).toMatch(
        / \(JSON has no NaN or Infinity; send null for missing values\)$/,
      );
    },
  );

  it('gives no hint for a name that only contains such a number', () => {
    expect(rejectionOf(() => readJson(bytes('{"a": NaNny}'))).message).not.toContain('send null');
  });

  it('is never parsed if it has more values than any request', () => {
    const array = (elements: number) => bytes(`[${'1,'.repeat(elements - 1)}1]`);
    expect(readJson(array(MAX_JSON_ELEMENTS - 1))).toHaveLength(MAX_JSON_ELEMENTS - 1);
    expect(rejectionOf(() => readJson(array(MAX_JSON_ELEMENTS + 1)))).toMatchObject({
      ...{ code: 'body-too-large', message: 'more than 1200000 values in the body' },
    });
  });

  it('never has more values than are counted', () => {
    const leavesOf = (value: unknown): number =>
      typeof value === 'object' && value !== null
        ? Object.values(value).reduce<number>((sum, each) => sum + leavesOf(each), 0)
        : 1;
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(jsonElementsIn(bytes(JSON.stringify([value])))).toBeGreaterThanOrEqual(leavesOf(value));
      }),
    );
    expect(jsonElementsIn(bytes('[1,[2,{"a":3}]]'))).toBe(5);
    expect(jsonElementsIn(new Uint8Array(0))).toBe(0);
  });
});

describe('the tenant in a request', () => {
  it('is that of its API key, or is not named', () => {
    expect(() => checkTenantClaim(undefined, 'acme', 'tenant')).not.toThrow();
    expect(() => checkTenantClaim('acme', 'acme', 'tenant')).not.toThrow();
    const message = 'is not the tenant of the API key';
    expect(rejectionOf(() => checkTenantClaim('globex', 'acme', 'line 3'))).toMatchObject({
      ...{ code: 'tenant-mismatch', message: `line 3 ${message}` },
      errors: [{ field: 'line 3', code: 'tenant-mismatch', message }],
    });
  });
});

describe('a cell of a CSV row', () => {
  it.each([
    ['1', 1],
    ['+1.', 1],
    ['-.5e2', -50],
    ['1E-3', 0.001],
    ['inf', Number.POSITIVE_INFINITY],
    ['+Infinity', Number.POSITIVE_INFINITY],
    ['-INF', Number.NEGATIVE_INFINITY],
    ['', Number.NaN],
    ['NaN', Number.NaN],
    ['null', Number.NaN],
    ['None', Number.NaN],
    ['NA', Number.NaN],
    ['n/a', Number.NaN],
  ])('reads %j as %d', (cell, value) => expect(parseValue(cell)).toBe(value));

  it.each(['.', '1e', '1,5', '0x10', 'x', '1 ', 'infinit', 'xinf', 'e5'])('does not read %j', (cell) =>
    expect(parseValue(cell)).toBeUndefined(),
  );

  const COLUMNS = ['timestamp', 'target', 'metric', 'value', 'profile', 'unit', 'kind'];
  const cellOf = (row: readonly string[], column: string) => row[COLUMNS.indexOf(column)];
  const rowOf = (cells: Partial<Record<string, string>>) =>
    COLUMNS.map(
      (name) => ({ timestamp: '60', target: 'web-1', metric: 'cpu', value: '1', ...cells })[name] ?? '',
    );
  const identity = (cells: Partial<Record<string, string>>) => readIdentity(cellOf, rowOf(cells));
  const sample = (cells: Partial<Record<string, string>>) => readSample(cellOf, rowOf(cells));

  it('names the series of its row', () => {
    expect(identity({})).toEqual({
      ...{ targetId: 'web-1', metric: 'cpu', kind: undefined, unit: undefined, profile: undefined },
    });
    expect(identity({ kind: 'counter', unit: 'By', profile: 'web' })).toEqual({
      ...{ targetId: 'web-1', metric: 'cpu', kind: 'counter', unit: 'By', profile: 'web' },
    });
    expect(
      readIdentity((row, column) => (column === 'kind' ? undefined : cellOf(row, column)), rowOf({})),
    ).toMatchObject({
      kind: undefined,
    });
  });

  it.each([
    [{ target: '-x' }, 'target "-x": expected 1-128 letters, digits and ". _ : @ -"'],
    [{ target: '' }, 'target "": expected 1-128 letters, digits and ". _ : @ -"'],
    [{ metric: '#' }, 'metric "#": expected 1-256 printable characters without "#"'],
    [{ kind: 'level' }, 'kind "level": expected one of gauge, counter, delta'],
    [{ profile: 'cache' }, 'profile "cache": expected one of web, app, database, batch, generic'],
    [{ unit: 'u'.repeat(64) }, `unit "${'u'.repeat(60)}": at most 63 printable characters`],
    [{ unit: '\t' }, 'unit "\\t": at most 63 printable characters'],
  ])('that is invalid is shown: %j', (cells, message) => {
    expect(identity(cells)).toEqual({ code: 'invalid-value', message });
  });

  it('may contain the longest unit', () => {
    expect(identity({ unit: 'u'.repeat(63) })).toMatchObject({ unit: 'u'.repeat(63) });
  });

  it('returns the time and the value of its row', () => {
    expect(sample({})).toEqual({ timestamp: 60, value: 1 });
    expect(sample({ value: '' })).toEqual({ timestamp: 60, value: Number.NaN });
    expect(sample({ timestamp: '' })).toMatchObject({
      message: 'timestamp "": expected ISO 8601 or epoch seconds',
    });
    expect(sample({ timestamp: 'noon' })).toMatchObject({
      message: 'timestamp "noon": expected ISO 8601 or epoch seconds',
    });
    expect(sample({ value: 'high' })).toEqual({
      ...{ code: 'invalid-value', message: 'value "high": expected a number' },
    });
  });

  it('that is missing because its row is short counts as empty', () => {
    expect(readSample(cellOf, [])).toMatchObject({ message: expect.stringContaining('timestamp ""') });
    expect(readSample(cellOf, ['60'])).toEqual({ timestamp: 60, value: Number.NaN });
    expect(readIdentity(cellOf, [])).toMatchObject({ message: expect.stringContaining('target ""') });
    expect(readIdentity(cellOf, ['', 'web-1'])).toMatchObject({
      message: expect.stringContaining('metric ""'),
    });
  });
});

describe('a protobuf message', () => {
  /** Field 1: a number; field 2: a message with field 1; field 9: unknown. */
  const inner = (value: number) => new BinaryWriter().tag(1, WireType.Varint).uint32(value).finish();
  const read = (message: Uint8Array) => {
    const reader = new BudgetedReader(new BinaryWriter().bytes(message).finish(), 10);
    const found: number[] = [];
    readMessage(reader, (tag) => {
      if (tag === varintField(1)) found.push(reader.uint32());
      else if (tag === lengthField(2))
        readMessage(reader, (nested) => {
          if (nested !== varintField(1)) return false;
          found.push(100 + reader.uint32());
          return true;
        });
      else return false;
      return true;
    });
    return found;
  };

  it('is read field by field, unknown fields skipped', () => {
    const message = new BinaryWriter();
    message.tag(9, WireType.LengthDelimited).string('future').tag(1, WireType.Varint).uint32(7);
    message.tag(2, WireType.LengthDelimited).bytes(inner(5)).tag(9, WireType.Bit64).fixed64(3);
    message.tag(1, WireType.LengthDelimited).string('of another type').tag(1, WireType.Varint).uint32(8);
    expect(read(message.finish())).toEqual([7, 105, 8]);
    expect(read(new Uint8Array(0))).toEqual([]);
  });

  it('must lie within the body', () => {
    const reader = new BudgetedReader(Uint8Array.of(5, 8, 1), 10);
    expect(() => readMessage(reader, () => false)).toThrow('a message runs past the end of the body');
  });

  it('must contain its fields completely', () => {
    // A nested message that claims two bytes of which a field takes three.
    const nested = Uint8Array.of(
      ...new BinaryWriter().tag(2, WireType.LengthDelimited).finish(),
      2,
      8,
      0xac,
      2,
    );
    expect(() => read(nested)).toThrow('a field runs past the end of its message');
  });
});

describe('the budget of a request', () => {
  it('allows the given number of points, and four entries for each', () => {
    const budget = new EntryBudget(3);
    for (let i = 0; i < 3; i++) budget.point();
    expect(rejectionOf(() => budget.point())).toMatchObject({
      ...{ code: 'body-too-large', message: 'more than 3 points in one request' },
    });
    const entries = new EntryBudget(3);
    for (let i = 0; i < 12; i++) entries.entry();
    expect(rejectionOf(() => entries.entry())).toMatchObject({
      ...{
        code: 'body-too-large',
        message: 'too many points, metrics, resources and attributes in one request',
      },
    });
  });
});

describe('a queue message', () => {
  const pointer = {
    ...{
      tenantId: 'acme',
      requestId: 'r',
      key: 'raw/tenant=acme/x',
      format: 'json',
      contentType: 'application/json',
    },
    ...{ gzip: false, receivedAt: 5, query: {} },
  };

  it('refers to an object of its own tenant', () => {
    expect(parsePointer(JSON.stringify(pointer))).toEqual(pointer);
    const stolen = () => parsePointer(JSON.stringify({ ...pointer, key: 'raw/tenant=acme2/x' }));
    expect(stolen).toThrow('raw/tenant=acme2/x is not an object of tenant acme');
    expect(stolen).toThrow(expect.objectContaining({ name: 'InvalidInputError', field: 'key' }));
  });

  it.each([
    ['{', 'the queue message is not JSON'],
    ['{}', 'the queue message is not an ingest pointer: '],
    [JSON.stringify({ ...pointer, receivedAt: -1 }), 'receivedAt'],
    [JSON.stringify({ ...pointer, requestId: '' }), 'requestId'],
    [JSON.stringify({ ...pointer, format: 'xml' }), 'format'],
  ])('that is none is refused: %s', (message, reason) => {
    expect(() => parsePointer(message)).toThrow(InvalidInputError);
    expect(() => parsePointer(message)).toThrow(reason);
  });

  it('that is not JSON keeps the reason', () => {
    expect(() => parsePointer('{')).toThrow(expect.objectContaining({ cause: expect.any(SyntaxError) }));
  });
});
