import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findPython, type Python } from './find-python.ts';
import type { OnProgress } from './progress.ts';
import { CommandFailedError, runCommand } from './run-command.ts';
import { isAlive } from './running-process.ts';

const HALF_MADE = /^\w+\.making-(\d+)$/;
const MARKER = 'forestall-pins';

/** Fingerprint of the pinned packages: the environment is rebuilt when a pin changes. */
export const fingerprintPins = (requirements: string): string =>
  createHash('sha256')
    .update(requirements.replace(/#.*$/gm, '').split(/\s+/).filter(Boolean).join(' '))
    .digest('hex');

/** Process that is creating an environment in this folder, or undefined for any other folder. */
export const makerOf = (folder: string): number | undefined => {
  const pid = Number(HALF_MADE.exec(folder)?.[1] ?? 0);
  return pid > 0 ? pid : undefined;
};

const interpreterOf = (folder: string): string => join(folder, 'bin', 'python');

const isComplete = (folder: string, fingerprint: string): boolean => {
  const marker = join(folder, MARKER);
  return (
    existsSync(interpreterOf(folder)) &&
    existsSync(marker) &&
    readFileSync(marker, 'utf8').trim() === fingerprint
  );
};

const removeHalfMade = (parent: string): void => {
  for (const name of readdirSync(parent)) {
    const maker = makerOf(name);
    if (maker !== undefined && !isAlive(maker)) rmSync(join(parent, name), { recursive: true, force: true });
  }
};

const installPins = async (
  python: Python,
  folder: string,
  { name, pins }: PinnedEnvironment,
  signal: AbortSignal | undefined,
): Promise<void> => {
  await runCommand(python.command, ['-m', 'venv', folder], { signal });
  // Without compiling: most modules are never imported.
  const pip = [
    '-m',
    'pip',
    'install',
    '--no-compile',
    '--no-deps',
    '--no-input',
    '--disable-pip-version-check',
    '-r',
    pins,
  ];
  try {
    await runCommand(interpreterOf(folder), pip, { signal });
  } catch (error) {
    if (!(error instanceof CommandFailedError) || signal?.aborted) throw error;
    const outcome = `failed. The first start downloads ${name} from the Python package index. Check that it is reachable (proxy, PIP_INDEX_URL).`;
    throw new CommandFailedError('pip install', outcome, error.lastLines, { cause: error });
  }
};

/** Pinned Python packages in a virtual environment of their own. */
export interface PinnedEnvironment {
  /** What is installed, for messages. */
  readonly name: string;
  /** Folder in `.local`. */
  readonly folder: string;
  /** Path of the file with the pins. */
  readonly pins: string;
}

export interface PinnedInstallation {
  /** Interpreter of the virtual environment with the pinned packages. */
  readonly python: string;
  readonly reused: boolean;
}

/**
 * Creates a virtual environment with pinned packages, or reuses it if no pin has changed. It is created in a temporary
 * folder and renamed when complete, so that it can be interrupted at any time. Throws `ConfigurationError` without a
 * usable Python, `CommandFailedError` if the download fails.
 */
export const ensurePinned = async (
  projectRoot: string,
  environment: PinnedEnvironment,
  onProgress: OnProgress = () => {},
  signal?: AbortSignal,
): Promise<PinnedInstallation> => {
  const parent = join(projectRoot, '.local');
  const folder = join(parent, environment.folder);
  const fingerprint = fingerprintPins(readFileSync(environment.pins, 'utf8'));
  mkdirSync(parent, { recursive: true });
  removeHalfMade(parent);
  if (isComplete(folder, fingerprint)) return { python: interpreterOf(folder), reused: true };
  const python = await findPython(process.env, signal);
  onProgress({ message: `Installing ${environment.name} with Python ${python.version}` });
  const making = `${folder}.making-${process.pid}`;
  rmSync(making, { recursive: true, force: true });
  await installPins(python, making, environment, signal);
  if (isComplete(folder, fingerprint)) {
    // Another process created it first and may already be using it.
    rmSync(making, { recursive: true, force: true });
    return { python: interpreterOf(folder), reused: true };
  }
  writeFileSync(join(making, MARKER), `${fingerprint}\n`);
  rmSync(folder, { recursive: true, force: true });
  renameSync(making, folder);
  return { python: interpreterOf(folder), reused: false };
};

/** The emulator in `.local/venv`. */
export const ensureEmulator = (
  projectRoot: string,
  onProgress?: OnProgress,
  signal?: AbortSignal,
): Promise<PinnedInstallation> =>
  ensurePinned(
    projectRoot,
    {
      name: 'the emulator',
      folder: 'venv',
      pins: join(projectRoot, 'local', 'emulator', 'requirements.txt'),
    },
    onProgress,
    signal,
  );
