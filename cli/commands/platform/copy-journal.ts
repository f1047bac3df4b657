import { existsSync } from 'node:fs';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import * as z from 'zod';
import type { CopyJournal } from '../../../core/platform/restore/ports.ts';
import { InvalidInputError } from '../../../core/shared/errors.ts';

const State = z.object({
  mode: z.enum(['empty', 'overwrite', 'only-missing']),
  segments: z.array(
    z
      .object({ after: z.object({ pk: z.string(), sk: z.string() }).optional(), isDone: z.boolean() })
      .transform(({ after, isDone }) => ({ after, isDone })),
  ),
  written: z.number(),
  kept: z.number(),
  expired: z.number(),
});

/** A journal in a file, which is replaced as a whole. */
export const fileJournal = (path: string): CopyJournal => ({
  load: async () => {
    if (!existsSync(path)) return undefined;
    try {
      return State.parse(JSON.parse(await readFile(path, 'utf8')));
    } catch (cause) {
      throw new InvalidInputError(`${path} is damaged: delete it to copy from the beginning`, { cause });
    }
  },
  save: async (state) => {
    await writeFile(`${path}.new`, JSON.stringify(state));
    await rename(`${path}.new`, path);
  },
  remove: () => rm(path, { force: true }),
});
