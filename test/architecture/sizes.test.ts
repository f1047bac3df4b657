import { describe, expect, it } from 'vitest';
import { type FunctionSize, functionSizes } from './function-sizes.ts';
import { PRODUCT, sourcesUnder } from './source-tree.ts';

const MAX_FILE_LINES = 300;
const MAX_FUNCTION_LINES = 50;
const MAX_CONSTRUCTOR_LINES = 60;

const isTooLong = ({ lines, isConstructor }: FunctionSize): boolean =>
  lines > (isConstructor ? MAX_CONSTRUCTOR_LINES : MAX_FUNCTION_LINES);

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
      functionSizes(text)
        .filter(isTooLong)
        .map(({ name, lines }) => `${path}: ${name} (${lines})`),
    );
    expect(long).toEqual([]);
  });

  it.each([
    ['a method', (body: string) => `class A {\n  go(): void {\n${body}  }\n}\n`],
    ['a wrapped signature', (body: string) => `export const go = (\n  a: number,\n): void => {\n${body}};\n`],
    ['a property', (body: string) => `const all = { go: async () => {\n${body}} };\n`],
    ['a nested function', (body: string) => `const outer = () => {\n  const go = () => {\n${body}};\n};\n`],
    ['a generator', (body: string) => `function* go() {\n${body}}\n`],
  ])('measures %s', (_, source) => {
    const names = (lines: number) =>
      functionSizes(source('  f();\n'.repeat(lines)))
        .filter(isTooLong)
        .map(({ name }) => name);
    expect(names(MAX_FUNCTION_LINES)).toContain('go');
    expect(names(MAX_FUNCTION_LINES - 4)).toEqual([]);
  });

  it('no file is named for nothing', () => {
    const vague = /(?:^|\/)(?:[\w-]*-)?(?:utils?|helpers?|managers?|misc|common)\.ts$/;
    expect(sources.map(({ path }) => path).filter((path) => vague.test(path))).toEqual([]);
  });
});
