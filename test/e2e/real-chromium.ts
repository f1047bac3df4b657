/** The Chromium of this machine, or else the one of a pinned npm package, unpacked into `.local`. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';

const NAMES = ['chromium', 'google-chrome', 'google-chrome-stable', 'chrome'];
const FOLDER = join(import.meta.dirname, '../../.local/chromium');
const UNPACKED = join(FOLDER, 'chromium');
const PACKAGE = '@sparticuz/chromium@153.0.0';
const ARCHIVE = 'sparticuz-chromium-153.0.0.tgz';
const SHA512 = 'jiGWqSvPMdu4+P9TilYqAR7yEGPEHINx+lCvE/NqNO/EHYzF/x1hUiI5T6ioVIt7dEy7n88byyT0vk+dnsgQwA==';

const installed = (): string | undefined =>
  (process.env.PATH ?? '')
    .split(':')
    .flatMap((folder) => NAMES.map((name) => join(folder, name)))
    .find((path) => existsSync(path));

const checked = (archive: string): string => {
  const found = createHash('sha512').update(readFileSync(archive)).digest('base64');
  if (found !== SHA512) throw new Error(`${PACKAGE} has the SHA-512 ${found}, expected ${SHA512}`);
  return archive;
};

const decompressed = (name: string): Buffer =>
  brotliDecompressSync(readFileSync(join(FOLDER, 'package/bin', name)));

/** The machine may have no fonts: those of the package are then the only ones. */
const FONTS = `<fontconfig><dir>${join(FOLDER, 'fonts')}</dir><cachedir>${join(FOLDER, 'cache')}</cachedir></fontconfig>`;
const FONTS_FILE = join(FOLDER, 'forestall-fonts.conf');

/** Runs no code of the package. The program comes last: if it is there, everything is. */
const unpack = (): string => {
  mkdirSync(FOLDER, { recursive: true });
  execFileSync('npm', ['pack', PACKAGE, '--pack-destination', FOLDER], { cwd: FOLDER, stdio: 'ignore' });
  execFileSync('tar', ['-xzf', checked(join(FOLDER, ARCHIVE))], { cwd: FOLDER });
  execFileSync('tar', ['-x'], { cwd: FOLDER, input: decompressed('fonts.tar.br') });
  writeFileSync(FONTS_FILE, FONTS);
  const partial = `${UNPACKED}.partial`;
  writeFileSync(partial, decompressed('chromium.br'), { mode: 0o755 });
  renameSync(partial, UNPACKED);
  for (const name of ['package', ARCHIVE]) rmSync(join(FOLDER, name), { recursive: true });
  return UNPACKED;
};

const works = (path: string): string => {
  execFileSync(path, ['--version'], { stdio: 'ignore' });
  return path;
};

/** Path of the program; undefined, with the reason on the console, if this machine has none and none can be had. */
export const findChromium = (): string | undefined => {
  try {
    const known = process.env.CHROME_BIN ?? installed() ?? (existsSync(UNPACKED) ? UNPACKED : unpack());
    return works(known);
  } catch (error) {
    console.warn(`no Chromium: install it, or set CHROME_BIN to its path (${error})`);
    return undefined;
  }
};

/** What the program has to find in its environment. */
export const environmentOf = (program: string): NodeJS.ProcessEnv =>
  program === UNPACKED ? { ...process.env, FONTCONFIG_FILE: FONTS_FILE } : process.env;
