/** Every bench runs to its end on a small sample. Its figures are not asserted, because a sample is not meaningful. */
import { existsSync, globSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { NAMES, WITHOUT_DATA } from '../../cli/commands/bench/bench.ts';
import { runCli } from '../unit/cli/fake-terminal.ts';

const DATA = process.env.FORESTALL_DATA ?? resolve(import.meta.dirname, '../../../shared/data');
const hasData = existsSync(DATA);
if (!hasData) console.warn(`no data in ${DATA}: only the ${WITHOUT_DATA.size} benches without data run`);

describe('forestall bench --quick', () => {
  it('knows every bench of the bench folder', () => {
    const folders = globSync('*/*/run.ts', { cwd: resolve(import.meta.dirname, '../../bench') });
    expect(folders.map((path) => path.split('/')[1]).sort()).toEqual([...NAMES].sort());
  });

  const runnable = NAMES.filter((name) => hasData || WITHOUT_DATA.has(name));
  it.skipIf(hasData).each(NAMES.filter((name) => !runnable.includes(name)))('%s needs data', () => {});

  it.each(runnable)('%s prints its table and its figures', async (name) => {
    const { code, out, err } = await runCli([
      'bench',
      name,
      '--quick',
      '--json',
      ...(hasData ? ['--data', DATA] : []),
    ]);
    expect({ code, tables: err.split('\n').length > 5 }).toEqual({ code: 0, tables: true });
    expect(Object.keys(JSON.parse(out))).toEqual([name]);
    expect(JSON.parse(out)[name]).toBeTypeOf('object');
  });
});
