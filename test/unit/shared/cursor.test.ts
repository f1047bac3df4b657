import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { decodeCursor, encodeCursor } from '../../../core/shared/cursor.ts';
import { InvalidInputError } from '../../../core/shared/errors.ts';

const Position = z.tuple([z.string(), z.number()]);
const position = fc.tuple(
  fc.string(),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((x) => x + 0),
);

describe('cursors', () => {
  it('decode to the position they encode', () => {
    fc.assert(
      fc.property(fc.string(), position, (scope, at) => {
        expect(decodeCursor(scope, encodeCursor(scope, at), Position)).toEqual(
          JSON.parse(JSON.stringify(at)),
        );
      }),
    );
  });

  it('are text that needs no escaping in a URL', () => {
    fc.assert(
      fc.property(position, (at) => {
        expect(encodeCursor('s', at)).toMatch(/^[A-Za-z0-9_-]+$/);
      }),
    );
  });

  it('are rejected if any character is changed, added or removed', () => {
    fc.assert(
      fc.property(position, fc.nat(), fc.constantFrom(...'ABCxyz019-_'), (at, where, character) => {
        const cursor = encodeCursor('targets:acme', at);
        const i = where % cursor.length;
        const changed = cursor.slice(0, i) + character + cursor.slice(i + 1);
        fc.pre(changed !== cursor);
        for (const tampered of [changed, cursor.slice(0, i), cursor + character]) {
          expect(() => decodeCursor('targets:acme', tampered, Position)).toThrow(InvalidInputError);
        }
      }),
    );
  });

  it('are rejected for another tenant or list', () => {
    const cursor = encodeCursor('targets:acme', ['a', 1]);
    expect(() => decodeCursor('targets:other', cursor, Position)).toThrow(InvalidInputError);
    expect(() => decodeCursor('runs:acme', cursor, Position)).toThrow(InvalidInputError);
  });

  it('are rejected if the position has another shape, naming the field', () => {
    const cursor = encodeCursor('s', ['only']);
    expect(() => decodeCursor('s', cursor, Position)).toThrow(expect.objectContaining({ field: 'cursor' }));
  });

  it('say why they are rejected, and keep the cause', () => {
    expect(() => decodeCursor('s', 'x', Position)).toThrow('cursor is not one this list has given out');
    expect(() => decodeCursor('s', encodeCursor('s', ['only']), Position)).toThrow(
      expect.objectContaining({ cause: expect.any(z.ZodError) }),
    );
  });

  it('stay short for any length of the scope', () => {
    const short = encodeCursor('s', ['a', 1]);
    expect(encodeCursor('s'.repeat(500), ['a', 1])).toHaveLength(short.length);
    expect(short.length).toBeLessThanOrEqual(32);
  });

  it.each([
    '',
    'x',
    'bm90IGpzb24',
    Buffer.from('{}').toString('base64url'),
    Buffer.from('[]').toString('base64url'),
  ])('rejects %j', (text) => expect(() => decodeCursor('s', text, Position)).toThrow(InvalidInputError));
});
