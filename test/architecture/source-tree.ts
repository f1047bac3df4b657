/** The project's own sources as parsed by oxc, for rules on imports, sizes and names. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix, relative } from 'node:path';
import { type ParseResult, parseSync } from 'oxc-parser';

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
}

const specifiersOf = ({ module, program }: ParseResult, text: string): readonly string[] => {
  const statics = module.staticImports.map(({ moduleRequest }) => moduleRequest.value);
  const reexports = module.staticExports.flatMap(({ entries }) =>
    entries.flatMap(({ moduleRequest }) => (moduleRequest === null ? [] : [moduleRequest.value])),
  );
  const dynamic = module.dynamicImports.flatMap(({ moduleRequest: { start, end } }) => {
    const literal = /^'(.*)'$/.exec(text.slice(start, end))?.[1];
    return literal === undefined ? [] : [literal];
  });
  if (program.type !== 'Program') throw new Error('not a program');
  return [...statics, ...reexports, ...dynamic];
};

const readSource = (path: string): SourceFile => {
  const text = readFileSync(join(root, path), 'utf8');
  const parsed = parseSync(path, text);
  if (parsed.errors.length > 0) throw new Error(`${path}: ${parsed.errors[0]?.message}`);
  const imports = specifiersOf(parsed, text).map((specifier) =>
    specifier.startsWith('.') ? posix.normalize(posix.join(posix.dirname(path), specifier)) : specifier,
  );
  return { path, text, parsed, imports: [...new Set(imports)] };
};

const cache = new Map<string, SourceFile>();

const cached = (path: string): SourceFile => {
  const source = cache.get(path) ?? readSource(path);
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
