import { describe, expect, it } from 'vitest';
import { type FunctionSize, functionSizes } from './function-sizes.ts';
import { PRODUCT, sourcesUnder } from './source-tree.ts';

const MAX_FILE_LINES = 300;
const MAX_FUNCTION_LINES = 50;
const MAX_CONSTRUCTOR_LINES = 60;

/** Only the constructs of `lib` list their parts in a constructor. */
const tooLong = (path: string, text: string): readonly FunctionSize[] =>
  functionSizes(text).filter(
    ({ lines, isConstructor }) =>
      lines > (isConstructor && path.startsWith('lib/') ? MAX_CONSTRUCTOR_LINES : MAX_FUNCTION_LINES),
  );

const sources = sourcesUnder(...PRODUCT, 'bench');

describe('sizes of the conventions', () => {
  it(`no source file is longer than ${MAX_FILE_LINES} lines`, () => {
    const long = sources
      .map(({ path, text }) => ({ path, lines: text.split('\n').length - 1 }))
      .filter(({ lines }) => lines > MAX_FILE_LINES);
    expect(long).toEqual([]);
  });

  it(`no function is longer than ${MAX_FUNCTION_LINES} lines, no constructor than ${MAX_CONSTRUCTOR_LINES}`, () => {
    const long = sources.flatMap(({ path, text }) =>
      tooLong(path, text).map(({ name, lines }) => `${path}: ${name} (${lines})`),
    );
    expect(long).toEqual([]);
  });

  it.each([
    ['a method', (body: string) => `class A {\n  go(): void {\n${body}  }\n}\n`],
    ['a wrapped signature', (body: string) => `export const go = (\n  a: number,\n): void => {\n${body}};\n`],
    ['a property', (body: string) => `const all = { go: async () => {\n${body}} };\n`],
    ['a nested function', (body: string) => `const outer = () => {\n  const go = () => {\n${body}};\n};\n`],
    ['a generator', (body: string) => `function* go() {\n${body}}\n`],
    ['a static block', (body: string) => `class A {\n  static {\n${body}  }\n}\n`, 'static'],
    ['code outside functions', (body: string) => `if (x) {\n${body}}\n`, 'top level'],
    ['many statements outside functions', (body: string) => `${body}g();\n`, 'top level'],
  ])('measures %s', (_, source, name = 'go') => {
    const names = (lines: number): readonly string[] =>
      tooLong('core/x.ts', source('  f();\n'.repeat(lines))).map((size) => size.name);
    expect(names(MAX_FUNCTION_LINES)).toContain(name);
    expect(names(MAX_FUNCTION_LINES - 4)).toEqual([]);
  });

  it('a constructor may be longer only in a construct of lib', () => {
    const source = (parent: string): string =>
      `class A ${parent} {\n  constructor() {\n${'    f();\n'.repeat(55)}  }\n}\n`;
    expect(tooLong('lib/x.ts', source('extends Construct'))).toEqual([]);
    expect(tooLong('lib/x.ts', source(''))).toHaveLength(1);
    expect(tooLong('cli/x.ts', source('extends Error'))).toHaveLength(1);
  });

  it('no file is named for nothing', () => {
    const vague = /(?:^|\/)(?:[\w-]*-)?(?:utils?|helpers?|managers?|misc|common)\.ts$/;
    expect(sources.map(({ path }) => path).filter((path) => vague.test(path))).toEqual([]);
  });
});
