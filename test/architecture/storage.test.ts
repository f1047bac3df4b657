import { describe, expect, it } from 'vitest';
import { PRODUCT, parseSource, type SourceFile, sourcesUnder } from './source-tree.ts';
import { uncheckedJson } from './unchecked-json.ts';

/** Imports of the SDK under another name, which would hide a write from the list of writers. */
const renamed = ({ path, parsed: { module } }: SourceFile): readonly string[] =>
  module.staticImports
    .filter(({ moduleRequest }) => moduleRequest.value.startsWith('@aws-sdk/'))
    .flatMap(({ entries }) => entries)
    .filter(({ importName, localName }) => importName.name !== localName.value)
    .map(({ importName, localName }) => `${path}: ${importName.name ?? '*'} as ${localName.value}`);

/** Commands of the SDK that a function sends itself instead of an adapter. */
const commandsIn = ({ path, parsed: { module } }: SourceFile): readonly string[] =>
  module.staticImports
    .filter(({ moduleRequest }) => moduleRequest.value.startsWith('@aws-sdk/'))
    .flatMap(({ entries }) => entries)
    .map(({ importName }) => importName.name ?? '*')
    .filter((name) => !name.endsWith('Client'))
    .map((name) => `${path}: ${name}`);

describe('what is stored', () => {
  it('is written by commands under their own names: test/adapters/aws/stored-items.test.ts lists each place', () => {
    expect(sourcesUnder(...PRODUCT).flatMap(renamed)).toEqual([]);
  });

  it('is written by adapters only', () => {
    expect(sourcesUnder('functions').flatMap(commandsIn)).toEqual([]);
  });

  it('is checked on reading: parsed JSON is `unknown`, or goes straight to a schema', () => {
    expect(sourcesUnder(...PRODUCT).flatMap(uncheckedJson)).toEqual([]);
  });
});

describe('what is planted is found:', () => {
  const found = (rule: (file: SourceFile) => readonly string[], text: string): readonly string[] =>
    rule(parseSource('functions/changes/a/index.ts', text));

  it.each([
    "import { PutCommand as Write } from '@aws-sdk/lib-dynamodb';",
    "import * as d from '@aws-sdk/lib-dynamodb';",
  ])('%s', (text) => {
    expect(found(renamed, text)).toHaveLength(1);
    expect(found(commandsIn, text)).toHaveLength(1);
  });

  it.each([
    'const a = JSON.parse(text) as Item;',
    'const a = (await JSON.parse(text)) as Item;',
    'const a = <Item>JSON.parse(text);',
    'const a: Item = JSON.parse(text);',
    'const a = JSON.parse(text);',
    'const { a } = JSON.parse(text);',
    'f(JSON.parse(text).a);',
    'const f = (text: string): Item => JSON.parse(text);',
    'const f = (text: string) => JSON.parse(text);',
    'const f = (text: string): Item => { return JSON.parse(text); };',
    'function f(text: string) { try { return JSON.parse(text); } catch {} }',
  ])('%s', (text) => {
    expect(found(uncheckedJson, text)).toHaveLength(1);
  });

  it.each([
    'const a: unknown = JSON.parse(text);',
    'const a = JSON.parse(text) as unknown;',
    'const a = Item.parse(JSON.parse(text));',
    'const f = (text: string): unknown => JSON.parse(text);',
    'function f(text: string): unknown { return JSON.parse(text); }',
  ])('not: %s', (text) => {
    expect(found(uncheckedJson, text)).toEqual([]);
  });
});
