import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { describeIssues, issuesOf } from '../../../core/shared/describe-issues.ts';

const errorOf = (schema: z.ZodType, value: unknown): z.ZodError => {
  const { error } = schema.safeParse(value);
  if (error === undefined) throw new Error('valid');
  return error;
};
const many = (count: number, nameOf: (index: number) => string) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [nameOf(index), 1]));

describe('issues', () => {
  it('name each wrong field', () => {
    const error = errorOf(z.object({ a: z.object({ b: z.string() }), c: z.number() }), {
      a: { b: 1 },
      c: 'x',
    });
    expect(issuesOf(error).map(({ field, code }) => [field, code])).toEqual([
      ['a.b', 'invalid_type'],
      ['c', 'invalid_type'],
    ]);
    expect(describeIssues(error)).toMatch(/^a\.b: .*; c: [^;]*$/);
  });

  it('name unknown fields', () => {
    const error = errorOf(z.strictObject({}), { colour: 1, size: 2 });
    expect(issuesOf(error)).toMatchObject([{ field: 'colour, size', code: 'unrecognized_keys' }]);
  });

  it('are truncated if there are many', () => {
    const error = errorOf(
      z.array(z.string()),
      Array.from({ length: 5_000 }, () => 1),
    );
    expect(issuesOf(error)).toHaveLength(20);
    expect(describeIssues(error)).toMatch(/; and 4980 more$/);
  });

  it('are truncated if the sender chose long or many names', () => {
    for (const value of [many(1, () => 'x'.repeat(1e6)), many(50_000, (i) => `colour-${i}`)])
      for (const schema of [
        z.strictObject({}),
        z.record(z.string(), z.string()),
        z.record(z.string().max(3), z.number()),
      ]) {
        const error = errorOf(schema, value);
        expect(JSON.stringify(issuesOf(error)).length).toBeLessThan(20_000);
        expect(describeIssues(error).length).toBeLessThan(20_000);
      }
  });
});
