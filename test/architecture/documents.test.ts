import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CONTEXTS } from './contexts.ts';
import { root } from './source-tree.ts';

const MAPS = ['docs/architecture.md', 'CONTRIBUTING.md', 'docs/adr/0013-contexts.md', 'README.md'];
const textOf = (path: string): string => readFileSync(join(root, path), 'utf8');

/** Paths of the project that a document names in backquotes, without placeholders and alternatives. */
const pathsIn = (text: string): readonly string[] =>
  [...text.matchAll(/`([a-z.]+\/[\w./-]*)`/g)]
    .map(([, path]) => path ?? '')
    .filter((path) => existsSync(join(root, path.split('/')[0] ?? '')));

describe('the map', () => {
  it.each(MAPS)('every path that %s names exists', (document) => {
    const missing = pathsIn(textOf(document)).filter((path) => !existsSync(join(root, path)));
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

  it('answers ten questions with files', () => {
    const [, table = ''] = textOf('CONTRIBUTING.md').split('## Ten questions');
    const rows = table.split('\n').filter((line) => /^\| .+\? \|/.test(line));
    expect(rows).toHaveLength(10);
    for (const row of rows) expect(pathsIn(row).length).toBeGreaterThan(0);
  });

  it('the README is shorter than 150 lines', () => {
    expect(textOf('README.md').split('\n').length).toBeLessThan(150);
  });
});
