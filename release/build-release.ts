/**
 * `npm run release`: the sources with the built functions, and their bill of materials, in a folder with checksums and
 * their signature. The same commit gives the same bytes.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ConfigurationError } from '../core/shared/errors.ts';
import { buildFunctions } from '../functions/build.ts';
import { writeSbom } from './sbom.ts';
import { makeKeyPair, signFolder } from './signature.ts';

const root = join(import.meta.dirname, '..');
const USAGE =
  'Usage: npm run release -- --key FILE [--out FOLDER], or npm run release -- --new-key FILE for a new signing key.';

const git = (...words: readonly string[]): string =>
  execFileSync('git', words, { cwd: root, encoding: 'utf8' }).trim();

/** Packs the committed sources with the bundles. npm sorts the files and gives all the same time. */
const packInto = async (folder: string): Promise<void> => {
  const stage = mkdtempSync(join(tmpdir(), 'forestall-release-'));
  try {
    const archive = join(stage, 'sources.tar');
    const sources = join(stage, 'sources');
    mkdirSync(sources);
    execFileSync('git', ['archive', '--format=tar', '-o', archive, 'HEAD'], { cwd: root });
    execFileSync('tar', ['-xf', archive, '-C', sources]);
    // In their usual place, because source maps contain the way from there to the sources.
    await buildFunctions();
    cpSync(join(root, 'dist'), join(sources, 'dist'), { recursive: true });
    // Otherwise npm omits what git ignores, such as the bundles.
    writeFileSync(join(sources, '.npmignore'), '');
    execFileSync('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], { cwd: sources });
  } finally {
    rmSync(stage, { recursive: true, force: true });
  }
};

const writeNewKey = (file: string): void => {
  if (existsSync(file)) throw new ConfigurationError(`${file} exists: choose another name.`);
  const { publicKey, privateKey } = makeKeyPair();
  writeFileSync(file, privateKey, { mode: 0o600 });
  writeFileSync(`${file}.pub`, publicKey);
  process.stdout.write(
    `Wrote the private key ${file}, which to keep secret, and ${file}.pub, which to publish.\n`,
  );
};

const release = async (keyFile: string, folder: string): Promise<void> => {
  if (git('status', '--porcelain') !== '')
    throw new ConfigurationError('Commit all changes first: a release is built from a commit.');
  const key = readFileSync(keyFile, 'utf8');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await packInto(folder);
  writeSbom(join(folder, 'sbom.cdx.json'));
  signFolder(folder, key);
  process.stdout.write(`Built and signed the release of commit ${git('rev-parse', 'HEAD')} in ${folder}\n`);
};

const main = async (): Promise<void> => {
  const { values } = parseArgs({
    options: {
      key: { type: 'string' },
      'new-key': { type: 'string' },
      out: { type: 'string', default: '.local/release' },
    },
  });
  if (values['new-key'] !== undefined) return writeNewKey(values['new-key']);
  if (values.key === undefined) throw new ConfigurationError(USAGE);
  await release(values.key, resolve(values.out));
};

try {
  await main();
} catch (error) {
  if (!(error instanceof ConfigurationError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
