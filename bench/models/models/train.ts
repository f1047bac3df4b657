import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { runCommand } from '../../../local/emulator/run-command.ts';
import { ensureTreeTrainer } from '../../../local/emulator/virtual-environment.ts';

const ROOT = join(import.meta.dirname, '../../..');

const Summary = z.object({
  rows: z.number(),
  dataHash: z.string(),
  bytes: z.number(),
  cpuSeconds: z.number(),
});

/** An artefact, and what its trainer reports. */
export interface Trained {
  readonly artefact: Uint8Array;
  readonly summary: z.infer<typeof Summary>;
}

/** Interpreter with the trainer; installs it on first use. */
export const findTrainer = async (): Promise<string> => (await ensureTreeTrainer(ROOT)).python;

/** Trains the fleet trees from a file of rows in a process of its own, on one thread. */
export const trainTrees = async (
  python: string,
  rows: Uint8Array,
  options: readonly string[] = [],
): Promise<Trained> => {
  const folder = mkdtempSync(join(tmpdir(), 'forestall-trees-'));
  try {
    const [input, output] = [join(folder, 'rows'), join(folder, 'trees')];
    writeFileSync(input, rows);
    const lines = await runCommand(python, ['-m', 'forestall_model.trees.train', input, output, ...options], {
      cwd: join(ROOT, 'model'),
      env: { ...process.env, OMP_NUM_THREADS: '1' },
    });
    return { artefact: readFileSync(output), summary: Summary.parse(JSON.parse(lines.at(-1) ?? '')) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
