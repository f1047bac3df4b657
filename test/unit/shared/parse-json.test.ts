import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../../core/shared/errors.ts';
import { parseJson } from '../../../core/shared/parse-json.ts';

const nested = (depth: number, open = '[', close = ']') => `${open.repeat(depth)}${close.repeat(depth)}`;

describe('parseJson', () => {
  it('reads everything that JSON.parse reads', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), (text) => {
        expect(parseJson(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  it('rejects values that are nested too deeply for recursive code', () => {
    expect(parseJson(nested(100))).toBeInstanceOf(Array);
    expect(() => parseJson(nested(101))).toThrow(InvalidInputError);
    expect(() => parseJson(nested(60_000, '{"a":', '}'))).toThrow('nested more than 100 levels deep');
  });

  it('ignores brackets in strings', () => {
    expect(parseJson(JSON.stringify({ a: '\\"'.repeat(50) + '['.repeat(500) }))).toHaveProperty('a');
  });

  it('counts levels, not brackets', () => {
    expect(parseJson(`[${Array.from({ length: 500 }, () => '[{}]').join()}]`)).toHaveLength(500);
  });

  it('leaves syntax errors to its caller', () => {
    expect(() => parseJson('{')).toThrow(SyntaxError);
  });
});
