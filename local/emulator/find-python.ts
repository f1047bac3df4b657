import { ConfigurationError } from '../../core/shared/errors.ts';
import { runCommand } from './run-command.ts';

export interface Python {
  readonly command: string;
  /** Major and minor version, such as `3.12`. */
  readonly version: string;
}

const OLDEST_MINOR = 10;
const CANDIDATES = ['python3', 'python3.13', 'python3.12', 'python3.11', 'python3.10', 'python'];

// Debian and Ubuntu omit `ensurepip` from their python3 package, but venv requires it.
const PROBE =
  'import importlib.util as u, sys; print(sys.version_info[0], sys.version_info[1], int(all(map(u.find_spec, ("venv", "ensurepip")))))';

/** Decides whether a Python can run the emulator, from the output of `PROBE` (`3 12 1`), or else what it lacks. */
export const judgePython = (
  line: string | undefined,
): { version: string; fit: 'yes' | 'old' | 'no venv' } | undefined => {
  const [major, minor, venv] = (line ?? '').trim().split(' ').map(Number);
  if (major === undefined || minor === undefined || !Number.isInteger(minor)) return undefined;
  const recent = major === 3 && minor >= OLDEST_MINOR;
  return { version: `${major}.${minor}`, fit: recent ? (venv === 1 ? 'yes' : 'no venv') : 'old' };
};

const probe = async (command: string, signal?: AbortSignal) => {
  try {
    return judgePython((await runCommand(command, ['-c', PROBE], { signal })).at(-1));
  } catch (error) {
    // Not installed, or the shim of a version manager for a version that is not installed.
    if (signal?.aborted) throw error;
    return undefined;
  }
};

const advise = (found: readonly string[]): string =>
  [
    `Forestall needs Python 3.${OLDEST_MINOR} or newer with its venv module.`,
    found.length === 0 ? 'No Python was found on PATH.' : `Found: ${found.join(', ')}.`,
    'Install it (Debian, Ubuntu: `sudo apt install python3 python3-venv`; macOS: `brew install python`; others: https://www.python.org/downloads/) and start again.',
    'To use a Python that is not on PATH, set FORESTALL_PYTHON=/path/to/python3.',
  ].join('\n');

/** The first Python on PATH (or `FORESTALL_PYTHON`) that can create the virtual environment of the emulator. */
export const findPython = async (
  environment: Readonly<Record<string, string | undefined>> = process.env,
  signal?: AbortSignal,
): Promise<Python> => {
  const chosen = environment.FORESTALL_PYTHON;
  const unfit: string[] = [];
  for (const command of chosen === undefined ? CANDIDATES : [chosen]) {
    const judged = await probe(command, signal);
    if (judged?.fit === 'yes') return { command, version: judged.version };
    if (judged !== undefined)
      unfit.push(`${command} ${judged.version}${judged.fit === 'old' ? '' : ' without venv'}`);
  }
  throw new ConfigurationError(advise(unfit));
};
