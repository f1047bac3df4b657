import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { components, named } from '../../../../core/platform/api/components.ts';
import { InvalidRequestError, ProblemError } from '../../../../core/platform/api/errors.ts';
import { RequestInstant, ResponseInstant, secondsOf } from '../../../../core/platform/api/instants.ts';
import { pageOf, paging, presentPage } from '../../../../core/platform/api/paging.ts';
import { sevenDigits } from '../../../../core/platform/api/rounding.ts';

describe('paging', () => {
  const Query = z.strictObject(paging);

  it('returns 50 items if nothing is asked for, and at most 200', () => {
    expect(Query.parse({})).toEqual({ limit: 50 });
    expect(Query.parse({ limit: '200', cursor: 'c' })).toEqual({ limit: 200, cursor: 'c' });
    for (const limit of ['0', '201', '1.5', 'all'])
      expect(Query.safeParse({ limit }).error?.issues[0]?.path).toEqual(['limit']);
    expect(Query.safeParse({ cursor: 'x'.repeat(1025) }).success).toBe(false);
    expect(Query.safeParse({ cursor: 'x'.repeat(1024) }).success).toBe(true);
  });

  it('presents each item, and a cursor only if there is a next page', () => {
    const double = (n: number) => 2 * n;
    expect(presentPage({ items: [1, 2], nextCursor: 'c' }, double)).toEqual({
      items: [2, 4],
      nextCursor: 'c',
    });
    expect(presentPage({ items: [1], nextCursor: undefined }, double)).not.toHaveProperty('nextCursor');
  });

  it('names the schema of a page in the OpenAPI document', () => {
    const Page = pageOf('NumberPage', z.number());
    expect(components.get(Page)).toEqual({ id: 'NumberPage' });
    expect(Page.parse({ items: [1], nextCursor: 'c' })).toEqual({ items: [1], nextCursor: 'c' });
    expect(Page.safeParse({ items: ['one'] }).success).toBe(false);
    components.remove(Page);
  });

  it('gives a schema its name and returns it', () => {
    const schema = z.string();
    expect(named('Text', schema)).toBe(schema);
    expect(components.get(schema)).toEqual({ id: 'Text' });
    components.remove(schema);
  });
});

describe('instants', () => {
  it('are accepted in both notations, and become epoch seconds', () => {
    for (const text of ['2026-11-21T10:05:00Z', '1795255500'])
      expect(secondsOf(RequestInstant.parse(text))).toBe(1_795_255_500);
    expect(secondsOf(undefined)).toBeUndefined();
  });

  it.each(['', 'yesterday', '2026-13-01', ` ${'1'.repeat(64)}`])('reject %j', (text) => {
    expect(RequestInstant.safeParse(text).error?.issues.length).toBeGreaterThan(0);
  });

  it('are ISO 8601 in responses', () => {
    expect(ResponseInstant.safeParse('2026-11-21T10:05:00.000Z').success).toBe(true);
    expect(ResponseInstant.safeParse('1795255500').success).toBe(false);
  });
});

describe('numbers in responses', () => {
  it.each([
    [1 / 3, 0.333_333_3],
    [123_456_789, 123_456_800],
    [-0.000_012_345_678, -0.000_012_345_68],
    [0, 0],
  ])('%d has seven significant digits: %d', (value, shown) => {
    expect(sevenDigits(value)).toBe(shown);
  });
});

describe('errors', () => {
  it('of a request name the first field in their message, and each field with code and message', () => {
    const { error } = z
      .strictObject({ a: z.number(), b: z.object({ c: z.string() }) })
      .safeParse({ b: {}, d: 1 });
    const invalid = new InvalidRequestError(error!);
    expect(invalid.message).toMatch(/^a: /);
    expect(invalid.field).toBe('a');
    expect(invalid.errors.map(({ field, code }) => [field, code])).toEqual([
      ['a', 'invalid_type'],
      ['b.c', 'invalid_type'],
      ['d', 'unrecognized_keys'],
    ]);
    expect(invalid.cause).toBe(error);
  });

  it('of a problem have its name, and a cause only if there is one', () => {
    const cause = new TypeError('bug');
    const problem = new ProblemError('conflict', 'no', { cause });
    expect([problem.name, problem.cause]).toEqual(['ProblemError', cause]);
    expect(new ProblemError('conflict', 'no')).not.toHaveProperty('cause');
    expect(new ProblemError('conflict', 'no')).toMatchObject({ errors: [], headers: {} });
  });
});
