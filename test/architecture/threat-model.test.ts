/** Every attack of the threat model names a kind, a control, and tests that exist; every kind is considered. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from './source-tree.ts';

const page = readFileSync(join(root, 'docs/security.md'), 'utf8');
const model = page.slice(page.indexOf('\n## Threat model\n'));

const KINDS = new Set(['S', 'T', 'R', 'I', 'D', 'E']);
const BOUNDARIES = 5;

interface Section {
  readonly title: string;
  readonly rows: readonly (readonly string[])[];
}

/** The sections of numbered boundaries, with the rows of their tables. */
const boundariesOf = (text: string): readonly Section[] =>
  text.split(/^### /m).flatMap((section) => {
    const [title = ''] = section.split('\n');
    if (!/^\d\. /.test(title)) return [];
    const rows = [...section.matchAll(/^\| (.+) \|$/gm)].map(([, cells = '']) => cells.split(' | '));
    return [{ title, rows: rows.slice(1) }];
  });

const testsIn = (cell: string): readonly string[] =>
  [...cell.matchAll(/`([^`]+)`/g)].map(([, path = '']) => path);

/** What is wrong with a row. */
const faultsOf = (row: readonly string[]): string[] => {
  const [attack = '', kinds = '', control = '', tests = '', ...more] = row;
  const named = testsIn(tests);
  return [
    ...(more.length > 0 || row.length < 4 ? [`${attack}: expected attack, kind, control and tests`] : []),
    ...kinds.split(', ').flatMap((kind) => (KINDS.has(kind) ? [] : [`${attack}: unknown kind "${kind}"`])),
    ...(control.trim() === '' ? [`${attack}: no control`] : []),
    ...(named.length === 0 ? [`${attack}: no test`] : []),
    ...named.flatMap((path) =>
      /^test\/.+\.test\.ts$/.test(path) && existsSync(join(root, path)) ? [] : [`${attack}: no test ${path}`],
    ),
  ];
};

const boundaries = boundariesOf(model);

describe('the threat model', () => {
  it('names for every attack its kind, a control, and tests that exist', () => {
    expect(boundaries).toHaveLength(BOUNDARIES);
    for (const { title, rows } of boundaries) {
      expect(rows.length, title).toBeGreaterThan(3);
      expect(rows.flatMap(faultsOf)).toEqual([]);
    }
  });

  it('considers every kind of attack', () => {
    const considered = boundaries.flatMap(({ rows }) => rows.flatMap(([, kinds = '']) => kinds.split(', ')));
    expect(new Set(considered)).toEqual(KINDS);
  });

  it('draws every boundary that it describes', () => {
    const numbers = [...model.matchAll(/-->\|(\d) /g)].map(([, number]) => Number(number));
    expect(new Set(numbers)).toEqual(new Set(boundaries.map(({ title }) => Number(title[0]))));
  });

  it('names what is accepted, and why', () => {
    const accepted = model.slice(model.indexOf('### Accepted'));
    const rows = [...accepted.matchAll(/^\| (.+) \| (.+) \|$/gm)].slice(1);
    expect(rows.length).toBeGreaterThan(5);
    for (const [, risk = '', reason = ''] of rows) expect(reason.length, risk).toBeGreaterThan(20);
  });
});

describe('a planted row is found:', () => {
  const sound = ['Forgery', 'S, T', 'A signature', '`test/architecture/threat-model.test.ts`'];

  it('none in a sound one', () => {
    expect(faultsOf(sound)).toEqual([]);
  });

  it.each([
    ['without a test', 3, 'none yet'],
    ['with a test that does not exist', 3, '`test/unit/nothing.test.ts`'],
    ['with a file that is no test', 3, '`docs/security.md`'],
    ['without a control', 2, ' '],
    ['with an unknown kind', 1, 'S, X'],
  ])('%s', (_, cell, text) => {
    expect(faultsOf(sound.with(cell, text))).toHaveLength(1);
  });

  it('with a cell too few', () => {
    expect(faultsOf(sound.slice(0, 3))).not.toEqual([]);
  });
});
