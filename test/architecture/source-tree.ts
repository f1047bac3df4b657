/** The project's own sources as parsed by oxc, for rules on imports, sizes and names. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix, relative } from 'node:path';
import { type ParseResult, parseSync, Visitor } from 'oxc-parser';

export const root = join(import.meta.dirname, '../..');

/** Folders that hold the product; `bench` and `test` are not part of it. */
export const PRODUCT = ['adapters', 'bin', 'cli', 'core', 'cost', 'functions', 'lib', 'local'] as const;

export interface SourceFile {
  /** Path from the project's root, with forward slashes. */
  readonly path: string;
  readonly text: string;
  readonly parsed: ParseResult;
  /** Its static and dynamic imports: paths of the project's own files, and package names. */
  readonly imports: readonly string[];
  /** The target of a module specifier in this file: a path of the project, or a package. */
  readonly resolve: (specifier: string) => string;
}

/** Every module that a source names: imports, re-exports, `import()` and types of the form `import('…').T`. */
const specifiersOf = (path: string, { module, program }: ParseResult): readonly string[] => {
  const found = module.staticImports.map(({ moduleRequest }) => moduleRequest.value);
  for (const { entries } of module.staticExports)
    for (const { moduleRequest } of entries) if (moduleRequest !== null) found.push(moduleRequest.value);
  const read = (source: { readonly type: string }): void => {
    if (!('value' in source) || typeof source.value !== 'string')
      throw new TypeError(`${path}: the rules cannot follow an import() of anything but a literal string`);
    found.push(source.value);
  };
  new Visitor({
    ImportExpression: ({ source }) => read(source),
    TSImportType: ({ source }) => read(source),
  }).visit(program);
  return found;
};

/** A source at a path of the project, parsed. */
export const parseSource = (path: string, text: string): SourceFile => {
  const parsed = parseSync(path, text);
  if (parsed.errors.length > 0) throw new SyntaxError(`${path}: ${parsed.errors[0]?.message}`);
  const resolve = (specifier: string): string =>
    specifier.startsWith('.') ? posix.normalize(posix.join(posix.dirname(path), specifier)) : specifier;
  const imports = [...new Set(specifiersOf(path, parsed).map(resolve))];
  return { path, text, parsed, imports, resolve };
};

const cache = new Map<string, SourceFile>();

const cached = (path: string): SourceFile => {
  const source = cache.get(path) ?? parseSource(path, readFileSync(join(root, path), 'utf8'));
  cache.set(path, source);
  return source;
};

/** Every TypeScript source below the given folders of the project. */
export const sourcesUnder = (...folders: readonly string[]): readonly SourceFile[] =>
  folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
      .map((entry) => cached(relative(root, join(entry.parentPath, entry.name)).replaceAll('\\', '/')))
      .sort((a, b) => (a.path < b.path ? -1 : 1)),
  );

/** Names of the folders directly below a folder of the project. */
export const foldersIn = (folder: string): readonly string[] =>
  readdirSync(join(root, folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
