/** The Python trainer of the fleet trees, in a virtual environment with its pinned packages. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { walkTree } from '../../core/forecasts/engine/fleet/fleet-quantiles.ts';
import { decodeFleetTrees } from '../../core/forecasts/engine/fleet/fleet-trees.ts';
import { runCommand } from '../../local/emulator/run-command.ts';
import { ensureTreeTrainer } from '../../local/emulator/virtual-environment.ts';
import { readGolden } from '../fixtures/fleet/golden.ts';
import { sampleRows } from './sample-rows.ts';

const root = join(import.meta.dirname, '../..');
let folder = '';
let python = '';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'forestall-trees-'));
  ({ python } = await ensureTreeTrainer(root));
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (...args: string[]) =>
  runCommand(python, args, { cwd: join(root, 'model'), env: { ...process.env, OMP_NUM_THREADS: '1' } });

describe('the trainer of the fleet trees', () => {
  it('passes its own tests', async () => {
    const lines = await run('-m', 'unittest', 'discover', '-s', 'tests', '-t', '.');
    expect(lines.at(-1)).toBe('OK');
    expect(
      Number(/^Ran (\d+) tests/.exec(lines.find((line) => line.startsWith('Ran ')) ?? '')?.[1]),
    ).toBeGreaterThan(8);
  });

  it('gives the same artefact each time, which the engine reads', async () => {
    const [rows, first, second] = ['rows', 'first', 'second'].map((name) => join(folder, name));
    writeFileSync(rows!, sampleRows());
    for (const target of [first!, second!])
      await run('-m', 'forestall_model.trees.train', rows!, target, '--rounds', '3', '--seed', '9');
    expect(readFileSync(first!)).toEqual(readFileSync(second!));
    const trees = decodeFleetTrees(readFileSync(first!));
    expect(trees.levels.map((level) => level.length)).toEqual(trees.levels.map(() => 3));
    expect(trees.seed).toBe(9);
  });

  it('still gives the golden predictions', async () => {
    const [rows, golden] = [join(folder, 'golden-rows'), join(folder, 'golden.json')];
    writeFileSync(rows, sampleRows());
    await run('-m', 'tests.golden', rows, golden);
    const [fresh, kept] = [readGolden(golden), readGolden()];
    expect(fresh.rows.length).toBe(kept.rows.length);
    const trees = decodeFleetTrees(fresh.artefact);
    fresh.predictions.forEach((predicted, l) => {
      predicted.forEach((value, r) => {
        const row = Float32Array.from(fresh.rows[r]!);
        const own = trees.levels[l]!.reduce((sum, tree) => sum + walkTree(tree, row, 0), 0);
        expect(own).toBeCloseTo(value, 4);
      });
    });
  });
});
