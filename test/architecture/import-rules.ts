/** Rules on imports, each as a function of sources, so that tests can plant violations. */
import { posix } from 'node:path';
import { composes, contextOf, isPublished, rankOf, USE_CASES } from './contexts.ts';
import { cycleIn, graphOf } from './cycles.ts';
import { type SourceFile, sourcesUnder } from './source-tree.ts';

/** Finds violations in sources, each as one line. */
export type Rule = (files: readonly SourceFile[]) => readonly string[];
type Import = readonly [from: string, to: string];

const layerOf = (path: string): string => path.split('/')[0] ?? '';

/** The project's own imports as pairs of paths. */
export const importsOf = (files: readonly SourceFile[]): readonly Import[] =>
  files.flatMap(({ path, imports }) =>
    imports
      .filter((imported) => /\.(?:ts|mjs|json)$/.test(imported) && !imported.startsWith('node:'))
      .map((imported) => [path, imported] as const),
  );

const imports =
  (isViolation: (from: string, to: string) => boolean): Rule =>
  (files) =>
    importsOf(files)
      .filter(([from, to]) => isViolation(from, to))
      .map(([from, to]) => `${from} imports ${to}`);

/** A context imports only contexts below it. */
export const importsUpward = imports((from, to) => {
  const [own, other] = [contextOf(from), contextOf(to)];
  if (own === undefined || other === undefined) return false;
  // Rules of the event bus match events of any context; benches of any context run on simulated fleets.
  if (from.startsWith('lib/') && to === 'core/api/event-catalogue.ts') return false;
  if (from.startsWith('bench/') && ['simulator', 'api'].includes(other)) return false;
  // A function fills a port that its context declares with what a context above it does.
  if (/^functions\/[a-z]+\/[\w-]+\/index\.ts$/.test(from) && /\/models\//.test(to)) return false;
  return rankOf(other) > rankOf(own);
});

/** Across contexts, only what a context publishes is imported. */
export const importsHidden = imports(
  (from, to) =>
    !composes(from) && contextOf(to) !== undefined && contextOf(from) !== contextOf(to) && !isPublished(to),
);

/** Only use cases import ports. */
export const importsPorts = imports(
  (from, to) => layerOf(from) === 'core' && /ports\.ts$/.test(to) && !USE_CASES.has(posix.dirname(from)),
);

/** An engine imports only its own folder and those around it, what is shared, and series. */
export const leavesEngine = imports((from, to) => {
  const [, outer, engine] = /^(core\/(?:[a-z]+\/)+?)(engine\/)/.exec(from) ?? [];
  if (outer === undefined) return false;
  return ![`${outer}${engine}`, 'core/shared/', 'core/metrics/series/'].some((open) => to.startsWith(open));
});

const isHandlerCode = (path: string): boolean =>
  /^functions\/(?!runtime\/)[^/]+\//.test(path) && !path.endsWith('/index.ts');

/** Everything that a file imports, directly or through other files of `functions`. */
const reachedFrom = (start: SourceFile, known: ReadonlyMap<string, SourceFile>): ReadonlySet<string> => {
  const reached = new Set<string>();
  const visit = ({ imports }: SourceFile): void => {
    for (const imported of imports) {
      if (reached.has(imported)) continue;
      reached.add(imported);
      const next = known.get(imported);
      if (next !== undefined) visit(next);
    }
  };
  visit(start);
  return reached;
};

/** A handler reaches no adapter, no AWS client and no other function, not even through another file of `functions`. */
export const handlersReach: Rule = (files) => {
  const known = new Map(sourcesUnder('functions').map((file) => [file.path, file]));
  for (const file of files) known.set(file.path, file);
  return files
    .filter(({ path }) => isHandlerCode(path))
    .flatMap((file) =>
      [...reachedFrom(file, known)]
        .filter(
          (to) =>
            /^(?:adapters\/|@aws-sdk\/|@smithy\/)|\/index\.ts$/.test(to) ||
            (isHandlerCode(to) && posix.dirname(to) !== posix.dirname(file.path)),
        )
        .map((to) => `${file.path} reaches ${to}`),
    );
};

/** A cycle of folders, at any depth and in every layer. */
export const folderCycle: Rule = (files) => cycleIn(graphOf(importsOf(files), posix.dirname)) ?? [];

/** A cycle of files. */
export const fileCycle: Rule = (files) => cycleIn(graphOf(importsOf(files))) ?? [];
