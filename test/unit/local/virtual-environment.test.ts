import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ConfigurationError } from '../../../core/shared/errors.ts';
import { findPython, judgePython } from '../../../local/emulator/find-python.ts';
import { ensureEmulator, fingerprintPins, makerOf } from '../../../local/emulator/virtual-environment.ts';

const PINS = 'local/emulator/requirements.txt';
const NO_PROCESS = 2 ** 30;

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'forestall-venv-'));
  mkdirSync(join(root, 'local', 'emulator'), { recursive: true });
  writeFileSync(join(root, PINS), 'ministack==1.0.0\n');
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true, force: true });
});

const makeEnvironment = (marker: string | undefined, name = 'venv'): string => {
  const folder = join(root, '.local', name);
  mkdirSync(join(folder, 'bin'), { recursive: true });
  writeFileSync(join(folder, 'bin', 'python'), '');
  if (marker !== undefined) writeFileSync(join(folder, 'forestall-pins'), marker);
  return folder;
};

describe('pins', () => {
  it('name one exact version for every package, with the hashes of its files', () => {
    const packages = readFileSync(join(import.meta.dirname, '../../..', PINS), 'utf8')
      .replaceAll('\\\n', ' ')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
    expect(packages.length).toBeGreaterThan(10);
    const pinned =
      /^[\w-]+==\d[\w.]* *(; python_\w+ [<>]=? ["']3\.\d+["'] *)?( +--hash=sha256:[0-9a-f]{64})+ *$/;
    expect(packages.filter((line) => !pinned.test(line))).toEqual([]);
  });

  it('ask for a new environment when a version changes, not when a comment does', () => {
    const pins = fingerprintPins('# why\nministack==1.5.33\n');
    expect(fingerprintPins('# another reason\n\nministack==1.5.33')).toBe(pins);
    expect(fingerprintPins('# why\nministack==1.5.34\n')).not.toBe(pins);
  });
});

describe('ensureEmulator', () => {
  it('reuses an environment that was made from the same pins', async () => {
    const folder = makeEnvironment(fingerprintPins('ministack==1.0.0'));
    await expect(ensureEmulator(root)).resolves.toEqual({
      python: join(folder, 'bin', 'python'),
      reused: true,
    });
  });

  it.each([
    ['its marker is missing', undefined],
    ['its pins were others', fingerprintPins('ministack==0.9.0')],
  ])('rebuilds the environment if %s', async (_, marker) => {
    makeEnvironment(marker);
    vi.stubEnv('FORESTALL_PYTHON', join(root, 'no-python'));
    await expect(ensureEmulator(root)).rejects.toThrow(ConfigurationError);
  });

  it('removes what an interrupted run left half made, and leaves what a running one is making', async () => {
    makeEnvironment(fingerprintPins('ministack==1.0.0'));
    mkdirSync(join(root, '.local', `venv.making-${NO_PROCESS}`));
    mkdirSync(join(root, '.local', `venv.making-${process.pid}`));
    await ensureEmulator(root);
    expect(readdirSync(join(root, '.local')).sort()).toEqual(['venv', `venv.making-${process.pid}`]);
  });

  it('knows its half-made folders from any other', () => {
    expect(
      ['venv.making-42', 'other_venv.making-7', 'venv', 'venv.making-', 'cdk.out', 'venv.making-x'].map(
        makerOf,
      ),
    ).toEqual([42, 7, undefined, undefined, undefined, undefined]);
  });
});

describe('findPython', () => {
  it.each([
    ['3 12 1', '3.12', 'yes'],
    ['3 10 1', '3.10', 'yes'],
    ['3 9 1', '3.9', 'old'],
    ['2 7 0', '2.7', 'old'],
    ['3 13 0', '3.13', 'no venv'],
  ])('judges %s', (line, version, fit) => {
    expect(judgePython(line)).toEqual({ version, fit });
  });

  it.each([undefined, '', 'command not found'])('takes %o for no Python at all', (line) => {
    expect(judgePython(line)).toBeUndefined();
  });

  it('says what to install when there is none', async () => {
    await expect(findPython({ FORESTALL_PYTHON: join(root, 'no-python') })).rejects.toThrow(
      /needs Python 3\.10 or newer[\s\S]*No Python was found[\s\S]*apt install python3 python3-venv/,
    );
  });
});
