/**
 * No regular expression of the product takes more than linear time: `recheck` proves it, or finds an attack. Among the
 * benches because the proofs take half a minute.
 */
import { Visitor } from 'oxc-parser';
import { describe, expect, it } from 'vitest';
import { PRODUCT, type SourceFile, sourcesUnder } from '../architecture/source-tree.ts';

interface Found {
  readonly path: string;
  readonly pattern: string;
  readonly flags: string;
}

const literalsIn = ({ path, parsed }: SourceFile): Found[] => {
  const found: Found[] = [];
  new Visitor({
    Literal: (node) => {
      if ('regex' in node) found.push({ path, ...node.regex });
    },
  }).visit(parsed.program);
  return found;
};

const isRegExp = (callee: object): boolean => 'name' in callee && callee.name === 'RegExp';

const builtIn = ({ path, text, parsed }: SourceFile): string[] => {
  const found: string[] = [];
  const add = ({ callee, start, end }: { callee: object; start: number; end: number }) => {
    if (isRegExp(callee)) found.push(`${path}: ${text.slice(start, end).replace(/\s+/g, ' ')}`);
  };
  new Visitor({ NewExpression: add, CallExpression: add }).visit(parsed.program);
  return found;
};

/** Expressions that cannot be proven, each with the reason why it is harmless: none at present. */
const ARGUED: Readonly<Record<string, string>> = {};

const TIMEOUT_MS = 60_000;

type Check = (
  pattern: string,
  flags: string,
  options: { readonly timeout: number },
) => Promise<{ readonly status: 'safe' | 'vulnerable' | 'unknown' }>;

/** Loaded here, because nothing but this test needs the checker: types and other tests do without it. */
const CHECKER = 'recheck';
const checker = async (): Promise<Check> => {
  const { check }: { readonly check: Check } = await import(CHECKER);
  return check;
};

describe('regular expressions', () => {
  const sources = sourcesUnder(...PRODUCT);

  it('are linear', { timeout: 600_000 }, async () => {
    const check = await checker();
    const unproven: string[] = [];
    for (const { path, pattern, flags } of sources.flatMap(literalsIn)) {
      const { status } = await check(pattern, flags, { timeout: TIMEOUT_MS });
      if (status !== 'safe' && ARGUED[pattern] === undefined)
        unproven.push(`${path}: ${status} /${pattern}/${flags}`);
    }
    expect(unproven).toEqual([]);
  });

  it('are found: the rule would be empty without them', () => {
    expect(sources.flatMap(literalsIn).length).toBeGreaterThan(100);
  });

  it.each([String.raw`^Stack (\S.*?)(?: \(.*\))?$`, String.raw`\$\{([^}]+)\}`, '(a+)+$'])(
    'would be refused if one were %s',
    async (pattern) => {
      const check = await checker();
      expect((await check(pattern, '', { timeout: TIMEOUT_MS })).status).toBe('vulnerable');
    },
  );

  it('are built at run time from constants of our own only', () => {
    expect(sources.flatMap(builtIn)).toEqual([
      // Phrases of a list in the same file, between two lookarounds of one character.
      expect.stringMatching(/^cli\/input\/reading\/file-naming\.ts: new RegExp\(.*phrase/),
      // Classes of characters of their own modules; one is repeated.
      expect.stringMatching(/^cli\/terminal\/clean-text\.ts: new RegExp\(CONTROL\.source/),
      expect.stringMatching(/^cli\/terminal\/clean-text\.ts: new RegExp\(.*\$\{MARK\}/),
      expect.stringMatching(/^cli\/terminal\/text-width\.ts: new RegExp\(.*CONTROL\.source/),
      // Two names in the same file.
      expect.stringMatching(/^local\/replay\/host-counters\.ts: new RegExp\(.*\$\{name\}/),
    ]);
  });
});
