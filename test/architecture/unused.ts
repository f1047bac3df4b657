/** Exports and methods of the product that no product code uses. Benches and tests are not product code. */
import { Visitor } from 'oxc-parser';
import type { SourceFile } from './source-tree.ts';

const ANY = '*';

/** Entry points: the runtime calls what they export. */
const ENTRIES = /^functions\/[a-z]+\/[\w-]+\/index\.ts$|^(?:bin|cost|local|release)\//;

/** Names that a file imports, as `path#name`; `path#*` if it takes the whole module. */
const usedBy = ({ imports, parsed: { module, program }, resolve }: SourceFile): readonly string[] => {
  const used: string[] = [];
  for (const { moduleRequest, entries } of module.staticImports)
    for (const { importName } of entries)
      used.push(`${resolve(moduleRequest.value)}#${importName.kind === 'Name' ? importName.name : ANY}`);
  for (const { entries } of module.staticExports)
    for (const { moduleRequest, importName } of entries)
      if (moduleRequest !== null)
        used.push(`${resolve(moduleRequest.value)}#${importName.kind === 'Name' ? importName.name : ANY}`);
  new Visitor({
    ImportExpression: ({ source }) =>
      'value' in source && used.push(`${resolve(String(source.value))}#${ANY}`),
    TSImportType: ({ source }) => used.push(`${resolve(source.value)}#${ANY}`),
  }).visit(program);
  return imports.length === 0 ? [] : used;
};

const exportsOf = ({ parsed: { module } }: SourceFile): readonly string[] =>
  module.staticExports.flatMap(({ entries }) =>
    entries.flatMap(({ exportName }) => (exportName.kind === 'Name' ? [exportName.name ?? ''] : [])),
  );

/** A name that its own file uses too is part of the type of something else that it exports. */
const isUsedInFile = (text: string, name: string): boolean =>
  [...text.matchAll(new RegExp(`(?<![\\w.])${name}(?!\\w)`, 'g'))].length > 1;

/** Simulated worlds are for benches and tests too. */
const FOR_BENCHES = /^core\/simulator\//;

/**
 * The lifecycle of models is being built, and nothing deployed uses it yet: what wires a part of it removes that part here
 * and in `knip.json`. Scores and performance are wired.
 */
const NOT_WIRED = new RegExp(
  [
    '^core/forecasts/training/',
    '^core/models/(?:drift|registry|rollout|training|validation)/',
    '^core/models/api/(?:models|trainings)\\.ts$',
    '^core/models/[\\w-]+\\.ts$',
    '^adapters/models/(?!score-files\\.ts$)',
    '^(?:functions|lib)/models/',
  ].join('|'),
);

/** The client has a method for each operation of the API, whether a command uses it or not. */
const CLIENT = 'cli/api-client/api-client.ts';

/** Exports that no other file imports, as `path: name`. */
export const unusedExports = (files: readonly SourceFile[]): readonly string[] => {
  const used = new Set(files.flatMap(usedBy));
  return files
    .filter(({ path }) => !ENTRIES.test(path) && !FOR_BENCHES.test(path) && !NOT_WIRED.test(path))
    .flatMap((file) =>
      exportsOf(file)
        .filter((name) => !used.has(`${file.path}#${name}`) && !used.has(`${file.path}#${ANY}`))
        .filter((name) => !isUsedInFile(file.text, name))
        .map((name) => `${file.path}: ${name}`),
    );
};

interface Named {
  readonly type: string;
  readonly name?: unknown;
}
const nameOf = (node: object): string => String((node as Named).name ?? '');

/** Methods and accessors of classes whose name no file reads, as `path: name`. Overriding methods are not counted. */
export const unusedMethods = (files: readonly SourceFile[]): readonly string[] => {
  const read = new Set<string>();
  const declared: [path: string, name: string][] = [];
  for (const { path, parsed } of files)
    new Visitor({
      MemberExpression: ({ property, computed }) => void (computed || read.add(nameOf(property))),
      ObjectPattern: ({ properties }) => {
        for (const property of properties) if ('key' in property) read.add(nameOf(property.key));
      },
      MethodDefinition: ({ key, kind, computed, override }) => {
        if (kind !== 'constructor' && !computed && !override) declared.push([path, nameOf(key)]);
      },
    }).visit(parsed.program);
  return declared
    .filter(([path, name]) => path !== CLIENT && !NOT_WIRED.test(path) && !read.has(name))
    .map(([path, name]) => `${path}: ${name}`);
};
