import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { OPERATIONS } from '../../core/api/operations.ts';
import { CONTEXTS, PLANNED } from './contexts.ts';
import { foldersIn, root } from './source-tree.ts';

const MAPS = ['README.md', 'CONTRIBUTING.md', ...globSync('docs/**/*.md', { cwd: root })];
const textOf = (path: string): string => readFileSync(join(root, path), 'utf8');
/** The text of a file, or of the files in a folder. */
const contentOf = (path: string): string =>
  statSync(join(root, path)).isFile()
    ? textOf(path)
    : globSync(`${path}/*.ts`, { cwd: root }).map(textOf).join('\n');

/** Paths of the project that a document names in backquotes, except those in `.local`, which exist after a run. */
const pathsIn = (text: string): readonly string[] =>
  [...text.matchAll(/`([a-z.]+\/[\w./<>-]*)`/g)]
    .map(([, path]) => path ?? '')
    .filter((path) => !path.startsWith('.local/') && existsSync(join(root, path.split('/')[0] ?? '')));

/** The files or folders for which a path stands: `core/<context>/ports.ts` is one for each context that has it. */
const filesOf = (path: string): readonly string[] =>
  globSync(path.replaceAll(/<[a-z-]+>/g, '*').replace(/\/$/, ''), { cwd: root });

/** The ten questions of CONTRIBUTING.md, and what each file that answers one must contain. */
const ANSWERS: Readonly<Record<string, readonly string[]>> = {
  'Where do I add a Prometheus format?': ['DECODERS'],
  'What writes the open incidents?': ['openIncidentsItem('],
  'Who may call this operation?': ['needs:', "needs === 'none'"],
  'What may this function do in AWS?': ['describe(', 'grant'],
  'Why did this alarm page me?': ['## '],
  'Why is this series forecast flat?': ['reason:'],
  'When does a metric count as breached?': ['export const thresholdOf'],
  'Which events can I subscribe to?': ['EVENT_SCHEMAS', 'forestall.'],
  'What does stage `prod` enable?': ["stage: 'prod'"],
  'What does this cost?': ['export const', '## '],
};

describe('the map', () => {
  it.each(MAPS)('every path that %s names exists', (document) => {
    const missing = pathsIn(textOf(document)).filter((path) => filesOf(path).length === 0);
    expect(missing).toEqual([]);
  });

  it.each(MAPS)('every link of %s leads to a file', (document) => {
    const links = [...textOf(document).matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, link]) => link ?? '');
    const missing = links.filter((link) => !existsSync(join(root, dirname(document), link)));
    expect(missing).toEqual([]);
  });

  it('the architecture page names every context', () => {
    const page = textOf('docs/architecture.md');
    expect(CONTEXTS.filter((context) => !page.includes(`\`${context}\``))).toEqual([]);
  });

  it('lists the folders of each context', () => {
    const page = textOf('docs/architecture.md');
    const rows = [...page.matchAll(/^\| `([a-z]+)` \| [^|]+ \| ([^|]*)\|$/gm)].filter(([, context = '']) =>
      (CONTEXTS as readonly string[]).includes(context),
    );
    const listed = rows.map(([, context, folders = '']) => [
      context,
      new Set([...folders.matchAll(/`([a-z]+)`/g)].map(([, folder]) => folder)),
    ]);
    const built = CONTEXTS.filter((context) => !PLANNED.has(context));
    const found = built.map((context) => [
      context,
      new Set(foldersIn(`core/${context}`).filter((folder) => folder !== 'api')),
    ]);
    expect(listed.filter(([context]) => !PLANNED.has(String(context)))).toEqual(found);
  });

  it('lists the paths of each context', () => {
    const page = textOf('docs/architecture.md');
    const listed = [...page.matchAll(/^\| `([a-z]+)` \| ((?:`\/v1\/[^`]+` ?)+) \|$/gm)].map(
      ([, context, paths = '']) => [
        context,
        new Set([...paths.matchAll(/`([^`]+)`/g)].map(([, path]) => path)),
      ],
    );
    const operations = Object.values(OPERATIONS);
    const pathsOf = (tag: unknown) =>
      new Set(operations.filter((one) => one.tag === tag).map(({ path }) => path));
    expect(listed).toHaveLength(new Set(operations.map(({ tag }) => tag)).size);
    expect(listed).toEqual(listed.map(([tag]) => [tag, pathsOf(tag)]));
  });

  it.each(['a `core/none/x.ts`', 'an `adapters/<context>/none.ts`'])(
    'a planted path is found: %s',
    (text) => {
      expect(pathsIn(text).filter((path) => filesOf(path).length === 0)).toHaveLength(1);
    },
  );

  it('answers ten questions with files that hold the answer', () => {
    const [, table = ''] = textOf('CONTRIBUTING.md').split('## Ten questions');
    const rows = [...table.matchAll(/^\| (.+\?) \| (.+) \|$/gm)];
    expect(rows.map(([, question]) => question)).toEqual(Object.keys(ANSWERS));
    for (const [, question = '', answer = ''] of rows) {
      const texts = pathsIn(answer).map((path) => filesOf(path).map(contentOf).join('\n'));
      const needed = ANSWERS[question] ?? [];
      expect(texts.length, question).toBe(needed.length);
      for (const [i, text] of texts.entries()) expect(text, question).toContain(needed[i]);
    }
  });

  it('the README is shorter than 150 lines', () => {
    expect(textOf('README.md').split('\n').length).toBeLessThan(150);
  });
});
