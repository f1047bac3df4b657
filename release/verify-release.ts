/** `npm run release:verify -- FOLDER --key FILE`: checks the signature and the checksums of a downloaded release. */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { ConfigurationError } from '../core/shared/errors.ts';
import { problemsOf } from './signature.ts';

const run = (): void => {
  const { values, positionals } = parseArgs({ options: { key: { type: 'string' } }, allowPositionals: true });
  const [folder] = positionals;
  if (folder === undefined || values.key === undefined)
    throw new ConfigurationError('Usage: npm run release:verify -- FOLDER --key FILE');
  const problems = problemsOf(folder, readFileSync(values.key, 'utf8'));
  for (const problem of problems) process.stderr.write(`${problem}\n`);
  if (problems.length === 0) process.stdout.write(`${folder}: signature and all checksums are valid\n`);
  process.exitCode = problems.length === 0 ? 0 : 1;
};

try {
  run();
} catch (error) {
  if (!(error instanceof ConfigurationError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
