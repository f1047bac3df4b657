import { posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { importsOf, type SourceFile, sourcesUnder } from './source-tree.ts';

/** Folder of the project that an import reaches, or the package name. */
const reaches = (file: SourceFile, specifier: string): string =>
  specifier.startsWith('.')
    ? (posix.normalize(posix.join(posix.dirname(file.path), specifier)).split('/')[0] ?? '')
    : specifier;

const violations = (
  folder: string,
  allowed: (reached: string, file: SourceFile, specifier: string) => boolean,
) =>
  sourcesUnder(folder).flatMap((file) =>
    importsOf(file)
      .filter((specifier) => !allowed(reaches(file, specifier), file, specifier))
      .map((specifier) => `${file.path} imports ${specifier}`),
  );

const PURE_PACKAGES = new Set([
  'zod',
  'csv-parse/sync',
  '@bufbuild/protobuf/wire',
  'node:zlib',
  'node:crypto',
]);

describe('imports point inward', () => {
  it('core imports only core and small pure libraries', () => {
    expect(violations('core', (reached) => reached === 'core' || PURE_PACKAGES.has(reached))).toEqual([]);
  });

  it('adapters import core and packages, never functions or lib', () => {
    const own = new Set(['functions', 'lib', 'cli', 'local', 'bench', 'bin']);
    expect(violations('adapters', (reached) => !own.has(reached))).toEqual([]);
  });

  it('functions import adapters, core and packages, never the CDK app or the command line', () => {
    const barred = new Set(['lib', 'cli', 'local', 'bench', 'bin', 'aws-cdk-lib']);
    expect(violations('functions', (reached) => !barred.has(reached))).toEqual([]);
  });

  it('the command line reaches the product only through core, the bench and the HTTP API', () => {
    const barred = new Set(['lib', 'adapters', 'functions', 'bin']);
    expect(violations('cli', (reached) => !barred.has(reached) && !reached.startsWith('@aws-sdk'))).toEqual(
      [],
    );
  });

  it('stacks and constructs share only event and error names with core', () => {
    const shared = /core\/(api\/event-catalogue|shared\/errors)\.ts$/;
    const barred = new Set(['adapters', 'functions', 'cli', 'local', 'bench']);
    const constructs = (reached: string, file: SourceFile, specifier: string) =>
      file.path.startsWith('lib/cost/') ||
      (!barred.has(reached) && (reached !== 'core' || shared.test(specifier)));
    expect(violations('lib', constructs)).toEqual([]);
  });
});

describe('core is pure', () => {
  it('reads no clock, environment, file or chance', () => {
    const impure = /process\.env|Date\.now\(|new Date\(\)|Math\.random\(|performance\.now\(/;
    const found = sourcesUnder('core').filter(({ text }) => impure.test(text));
    expect(found.map(({ path }) => path)).toEqual([]);
  });
});

describe('schemas', () => {
  it('import zod as a namespace: `import { z }` bundles every locale', () => {
    const named = /import\s*\{[^}]*\bz\b[^}]*\}\s*from\s*'zod'/;
    const found = sourcesUnder('core', 'adapters', 'functions', 'lib', 'cli', 'local').filter(({ text }) =>
      named.test(text),
    );
    expect(found.map(({ path }) => path)).toEqual([]);
  });
});

describe('no file imports itself by way of others', () => {
  const sources = sourcesUnder('core', 'adapters', 'functions', 'lib', 'cli', 'local', 'bench');
  const importsByPath = new Map(
    sources.map((file) => [
      file.path,
      importsOf(file)
        .filter((specifier) => specifier.startsWith('.'))
        .map((specifier) => posix.normalize(posix.join(posix.dirname(file.path), specifier))),
    ]),
  );

  /** Paths of a circle that is reached from `path`, depth first; undefined where there is none. */
  const circleFrom = (path: string, trail: readonly string[], done: Set<string>): string[] | undefined => {
    if (trail.includes(path)) return [...trail.slice(trail.indexOf(path)), path];
    if (done.has(path)) return undefined;
    for (const next of importsByPath.get(path) ?? []) {
      const circle = circleFrom(next, [...trail, path], done);
      if (circle !== undefined) return circle;
    }
    done.add(path);
    return undefined;
  };

  it('types included', () => {
    const done = new Set<string>();
    for (const path of importsByPath.keys()) expect(circleFrom(path, [], done)).toBeUndefined();
  });
});
