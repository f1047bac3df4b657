import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutText, isPlainText, isStorable, PlainLine, PlainText } from '../../../core/shared/text.ts';

describe('cutText', () => {
  it('keeps short text and marks truncated text', () => {
    expect([cutText('abc', 3), cutText('abcd', 3), cutText('', 3)]).toEqual(['abc', 'ab…', '']);
  });

  it('is never longer than requested and never splits a surrogate pair', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 2, max: 20 }), (text, max) => {
        const cut = cutText(text, max);
        expect(cut.length).toBeLessThanOrEqual(max);
        expect(cut.isWellFormed()).toBe(true);
      }),
    );
    expect(cutText('a\u{1f600}b', 3)).toBe('a…');
  });
});

describe('text from outside', () => {
  const one = (text: string) => PlainLine.safeParse(text).success;
  const many = (text: string) => PlainText.safeParse(text).success;

  it.each(['deployed 41', 'naïve – 日本語 \u{1f600}', ''])('takes %j', (text) => {
    expect([one(text), many(text)]).toEqual([true, true]);
  });

  it.each(['a\nb', 'a\r\nb', 'a\tb'])('accepts %j on several lines only', (text) => {
    expect([one(text), many(text)]).toEqual([false, true]);
  });

  it.each(['\u001b[2J', '\u0000', '\u0007', '\u007f', '\u009b2J', '\ufffe', '\uffff', '\ud800', '\udc00x'])(
    'rejects %j',
    (text) => {
      expect([one(text), many(text)]).toEqual([false, false]);
    },
  );

  it.each(['\u2028', '\u2029', '\u202a', '\u202e', '\u2066', '\u2069'])(
    'rejects %j, which changes lines or the order of reading',
    (character) => {
      const text = `paid 1${character}00 EUR`;
      expect([one(text), many(text), isStorable(text)]).toEqual([false, false, true]);
    },
  );

  it('may be written from right to left, with its marks', () => {
    expect(one('שלום \u200f(v41)\u200e')).toBe(true);
  });

  it('may be stored with control characters, but not with characters invalid in UTF-8 or XML', () => {
    expect([isStorable('\u001b[31m'), isPlainText('\u001b[31m')]).toEqual([true, false]);
    expect(['\uffff', '\ufffe', '\ud800'].map(isStorable)).toEqual([false, false, false]);
  });
});
