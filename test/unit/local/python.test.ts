import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ConfigurationError } from '../../../core/shared/errors.ts';
import { findPython } from '../../../local/emulator/find-python.ts';
import { CommandFailedError } from '../../../local/emulator/run-command.ts';
import { ensureEmulator } from '../../../local/emulator/virtual-environment.ts';
import { temporaryFolder, writeProgram } from './fake-program.ts';

/** An interpreter that responds to the probe, and whose environments install the requested packages, or fail to. */
const PYTHON = (version: string, pip = '') => `
const { mkdirSync, writeFileSync, chmodSync, readFileSync } = require('node:fs');
const { join } = require('node:path');
const args = process.argv.slice(2);
if (args[0] === '-c') console.log('${version}');
if (args[1] === 'venv') {
  mkdirSync(join(args[2], 'bin'), { recursive: true });
  const interpreter = join(args[2], 'bin', 'python');
  writeFileSync(interpreter, readFileSync(__filename, 'utf8'));
  chmodSync(interpreter, 0o755);
}
if (args[1] === 'pip') {
  writeFileSync(join(__dirname, '..', 'installed'), args.join(' '));
  ${pip}
}
`;

const projectWith = (python: string) => {
  const root = temporaryFolder();
  mkdirSync(join(root, 'local', 'emulator'), { recursive: true });
  writeFileSync(join(root, 'local', 'emulator', 'requirements.txt'), 'ministack==1.0.0\n');
  vi.stubEnv('FORESTALL_PYTHON', writeProgram(join(root, 'python'), python));
  return root;
};
afterEach(() => {
  vi.unstubAllEnvs();
});

describe('the search for Python', () => {
  const finding = (version: string) => {
    const path = writeProgram(join(temporaryFolder(), 'python'), PYTHON(version));
    return { path, search: findPython({ FORESTALL_PYTHON: path }) };
  };

  it('takes the one it is given if that is recent and has venv', async () => {
    const { path, search } = finding('3 12 1');
    expect(await search).toEqual({ command: path, version: '3.12' });
  });

  it('takes one from PATH otherwise', async () => {
    const { command, version } = await findPython({});
    expect(command).toMatch(/^python/);
    expect(version).toMatch(/^3\.\d+$/);
  });

  it.each([
    ['3 9 1', 'python 3.9.'],
    ['3 12 0', 'python 3.12 without venv.'],
  ])('says what is wrong with one that answers %s', async (line, found) => {
    const { path, search } = finding(line);
    await expect(search).rejects.toThrow(ConfigurationError);
    await expect(search).rejects.toThrow(`Found: ${path.replace(/python$/, '')}${found}`);
  });

  it('says that there is none if it only prints something else', async () => {
    await expect(finding('version manager: not installed').search).rejects.toThrow(
      'No Python was found on PATH.',
    );
  });

  it('ends when it is interrupted', async () => {
    await expect(findPython({}, AbortSignal.abort())).rejects.toThrow(CommandFailedError);
  });
});

describe('installing the emulator', () => {
  it('creates an environment with the pins, and uses it from then on', async () => {
    const root = projectWith(PYTHON('3 12 1'));
    const messages: string[] = [];
    const first = await ensureEmulator(root, ({ message }) => messages.push(message));
    expect(first).toEqual({ python: join(root, '.local', 'venv', 'bin', 'python'), reused: false });
    expect(messages).toEqual(['Installing the emulator with Python 3.12']);
    const installed = readFileSync(join(root, '.local', 'venv', 'installed'), 'utf8');
    expect(installed).toContain(`-r ${join(root, 'local', 'emulator', 'requirements.txt')}`);
    expect(installed).toContain('--no-deps');
    expect((await ensureEmulator(root)).reused).toBe(true);
    expect(readdirSync(join(root, '.local'))).toEqual(['venv']);
  });

  it('replaces the environment when a pin changes', async () => {
    const root = projectWith(PYTHON('3 12 1'));
    await ensureEmulator(root);
    writeFileSync(join(root, '.local', 'venv', 'old'), '');
    writeFileSync(join(root, 'local', 'emulator', 'requirements.txt'), 'ministack==2.0.0\n');
    expect((await ensureEmulator(root)).reused).toBe(false);
    expect(existsSync(join(root, '.local', 'venv', 'old'))).toBe(false);
    expect((await ensureEmulator(root)).reused).toBe(true);
  });

  it('says that it needs the package index if the download fails, with the output of pip', async () => {
    const root = projectWith(PYTHON('3 12 1', 'console.error("no route to host"); process.exit(1);'));
    const installing = ensureEmulator(root);
    await expect(installing).rejects.toThrow(CommandFailedError);
    await expect(installing).rejects.toThrow(
      /^pip install failed\. .*PIP_INDEX_URL.*\n {2}no route to host$/,
    );
    expect(existsSync(join(root, '.local', 'venv'))).toBe(false);
  });

  it('starts again after a failure', async () => {
    const root = projectWith(PYTHON('3 12 1', 'process.exit(1);'));
    await expect(ensureEmulator(root)).rejects.toThrow();
    writeProgram(join(root, 'python'), PYTHON('3 12 1'));
    expect((await ensureEmulator(root)).reused).toBe(false);
  });

  it('leaves an environment that another process completed in the meantime', async () => {
    const root = projectWith(
      PYTHON(
        '3 12 1',
        `const { renameSync, cpSync } = require('node:fs');
         const making = join(__dirname, '..');
         const venv = join(making, '..', 'venv');
         cpSync(making, venv, { recursive: true });
         writeFileSync(join(venv, 'theirs'), '');
         const { createHash } = require('node:crypto');
         writeFileSync(join(venv, 'forestall-pins'), createHash('sha256').update('ministack==1.0.0').digest('hex'));`,
      ),
    );
    expect((await ensureEmulator(root)).reused).toBe(true);
    expect(readdirSync(join(root, '.local'))).toEqual(['venv']);
    expect(existsSync(join(root, '.local', 'venv', 'theirs'))).toBe(true);
  });
});
