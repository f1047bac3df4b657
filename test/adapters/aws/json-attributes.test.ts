import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { deflated, deflateJson, inflateJson, jsonText } from '../../../adapters/aws/json-attributes.ts';

const Content = z.object({ n: z.number() });

describe('JSON within an attribute', () => {
  it('is restored unchanged', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 2 }), (value) => {
        expect(inflateJson(deflateJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('is smaller than its text if it repeats itself', () => {
    const value = Array.from({ length: 200 }, () => ({ targetId: 'web-1', metric: 'cpu' }));
    expect(deflateJson(value).length).toBeLessThan(JSON.stringify(value).length / 20);
  });

  it('is read by the schema of its content', () => {
    expect(deflated(Content).parse(deflateJson({ n: 5, more: true }))).toEqual({ n: 5 });
    expect(jsonText(Content).parse('{"n":5,"more":true}')).toEqual({ n: 5 });
    expect(deflated(Content).safeParse(deflateJson({ n: '5' })).error?.issues[0]?.path).toEqual(['n']);
    expect(jsonText(Content).safeParse('{"n":"5"}').error?.issues[0]?.path).toEqual(['n']);
  });

  it.each([
    ['noise', deflated(Content), Uint8Array.of(1, 2, 3)],
    ['bytes that were cut off', deflated(Content), deflateJson({ n: 5 }).subarray(0, 4)],
    ['packed text that is not JSON', deflated(Content), deflateRawSync('{')],
    ['text that is not JSON', jsonText(Content), '{'],
  ])('reports %s as damaged', (_, schema, packed) => {
    expect(schema.safeParse(packed).error?.issues[0]?.message).toMatch(/^damaged JSON: \w*Error: /);
  });

  it.each([
    [deflated(Content), '{"n":5}'],
    [jsonText(Content), deflateJson({ n: 5 })],
    [jsonText(Content), undefined],
  ])('is rejected in the other form', (schema, packed) => {
    expect(schema.safeParse(packed).success).toBe(false);
  });

  it('never unpacks to more than 64 MB', () => {
    const bomb = deflateRawSync(Buffer.alloc(64_000_001, 0x20));
    expect(bomb.length).toBeLessThan(100_000);
    expect(() => inflateJson(bomb)).toThrow(RangeError);
  });
});
