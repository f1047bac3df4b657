import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConfigurationError, DependencyUnavailableError } from '../../core/shared/errors.ts';
import { judgeLeftOver, readRecord, removeRecord, writeRecord } from './emulator-record.ts';
import { endGroup } from './end-group.ts';
import { awsEnvironment, emulatorEnvironment } from './environment.ts';
import { findFreePort } from './free-port.ts';
import { listProcesses } from './running-process.ts';

export interface EmulatorOptions {
  readonly projectRoot: string;
  /** Interpreter that `ensureEmulator` returned. */
  readonly python: string;
  /** Default: a free loopback port. */
  readonly port?: number;
  /** Folder for the log and the record; one emulator at a time per folder. Default `.local`. */
  readonly folder?: string;
  /** For tests: writes every AWS call of a function to `recorded-calls.jsonl`, and disturbs calls of workflows. */
  readonly recordCalls?: boolean | undefined;
  /** Address (`host:port`) to which functions send their traces by UDP, as they do to the X-Ray daemon on AWS. */
  readonly traceTo?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface Emulator {
  readonly port: number;
  readonly pid: number;
  readonly endpoint: string;
  readonly logPath: string;
  /** Environment variables that point AWS clients at the emulator. */
  readonly environment: Record<string, string>;
  /** Settles when the emulator has ended, for any reason. */
  readonly ended: Promise<void>;
  /** Stops the emulator and its Lambda workers; safe to call again. */
  readonly stop: () => Promise<void>;
}

const START_WITHIN_MS = 60_000;
const POLL_MS = 50;
const SHOWN_LOG_LINES = 15;
const TEMPORARY_PREFIX = 'forestall-emulator-';

/** Ends the emulator that an earlier, killed run left behind. Throws if the process of that run is still alive. */
const endLeftOver = async (recordPath: string): Promise<void> => {
  const record = readRecord(recordPath);
  if (record === undefined) return;
  const found = judgeLeftOver(record, listProcesses());
  if (found === 'in use') {
    throw new ConfigurationError(
      `Forestall is already running from this folder (process ${record.owner.pid}, emulator on port ${record.port}). Stop it with Ctrl-C or \`kill ${record.owner.pid}\`, then start again.`,
    );
  }
  if (found === 'end') await endGroup(record.pid);
  rmSync(record.temporary, { recursive: true, force: true });
  removeRecord(recordPath);
};

const isHealthy = async (port: number): Promise<boolean> => {
  try {
    return (await fetch(`http://127.0.0.1:${port}/_ministack/health`, { signal: AbortSignal.timeout(2000) }))
      .ok;
  } catch {
    // Not listening yet, or too busy starting: the caller retries.
    return false;
  }
};

const lastLines = (path: string): string =>
  readFileSync(path, 'utf8').trimEnd().split('\n').slice(-SHOWN_LOG_LINES).join('\n');

const untilHealthy = async (child: ChildProcess, port: number, logPath: string, signal?: AbortSignal) => {
  const deadline = performance.now() + START_WITHIN_MS;
  while (!(await isHealthy(port))) {
    signal?.throwIfAborted();
    const gone = child.exitCode !== null || child.signalCode !== null;
    if (gone || performance.now() > deadline) {
      const what = gone ? 'ended while starting' : `did not answer within ${START_WITHIN_MS / 1000} s`;
      throw new DependencyUnavailableError(
        `The emulator ${what}. Last lines of ${logPath}:\n${lastLines(logPath)}`,
      );
    }
    await sleep(POLL_MS);
  }
};

interface Paths {
  readonly log: string;
  readonly record: string;
  readonly recordedCalls: string;
  readonly recordedActions: string;
  readonly recordedCredentials: string;
  readonly disturbedCalls: string;
  readonly temporary: string;
}

const spawnEmulator = (options: EmulatorOptions, port: number, paths: Paths): ChildProcess => {
  const log = openSync(paths.log, 'w');
  try {
    const child = spawn(options.python, [join(options.projectRoot, 'local', 'emulator', 'launch.py')], {
      cwd: paths.temporary,
      // In its own process group, so that Ctrl-C reaches only the starter, which then shuts the emulator down.
      detached: true,
      // launch.py ends the group when this pipe closes, that is, when the starter ends, even by SIGKILL.
      stdio: ['pipe', log, log],
      env: {
        ...emulatorEnvironment(options.projectRoot, port, paths.temporary),
        ...(options.traceTo && {
          AWS_XRAY_DAEMON_ADDRESS: options.traceTo,
          AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
        }),
        ...(options.recordCalls && {
          FORESTALL_RECORDED_CALLS: paths.recordedCalls,
          FORESTALL_RECORDED_ACTIONS: paths.recordedActions,
          FORESTALL_RECORDED_CREDENTIALS: paths.recordedCredentials,
          FORESTALL_DISTURBED_CALLS: paths.disturbedCalls,
        }),
      },
    });
    child.unref();
    if (child.stdin !== null && 'unref' in child.stdin && typeof child.stdin.unref === 'function')
      child.stdin.unref();
    return child;
  } finally {
    closeSync(log);
  }
};

const ownCommand = (): string => listProcesses().find(({ pid }) => pid === process.pid)?.command ?? '';

const preparePaths = async (folder: string): Promise<Paths> => {
  mkdirSync(folder, { recursive: true });
  const record = join(folder, 'emulator.json');
  await endLeftOver(record);
  // Outside the project; otherwise unpacked Lambda code would resolve the project's package.json and node_modules.
  return {
    log: join(folder, 'emulator.log'),
    record,
    recordedCalls: join(folder, 'recorded-calls.jsonl'),
    recordedActions: join(folder, 'recorded-actions.jsonl'),
    recordedCredentials: join(folder, 'recorded-credentials.jsonl'),
    disturbedCalls: join(folder, 'disturbed-calls.json'),
    temporary: mkdtempSync(join(tmpdir(), TEMPORARY_PREFIX)),
  };
};

const endOf = (child: ChildProcess): Promise<void> =>
  new Promise((resolve, reject) => {
    child.once('exit', () => resolve());
    child.once('error', (error) =>
      reject(
        new DependencyUnavailableError(`The emulator could not be started: ${error.message}`, {
          cause: error,
        }),
      ),
    );
  });

/** A child process without an id could not be started; `ended` rejects with the reason. */
const neverStarted = async (ended: Promise<void>): Promise<never> => {
  await ended;
  throw new DependencyUnavailableError('The emulator ended before it had a process id');
};

/**
 * Starts the emulator on a loopback port and waits until it responds. It never outlives this process. Throws
 * `ConfigurationError` if another emulator uses the folder, `DependencyUnavailableError` if the emulator does not start.
 */
export const startEmulator = async (options: EmulatorOptions): Promise<Emulator> => {
  const paths = await preparePaths(options.folder ?? join(options.projectRoot, '.local'));
  const port = options.port ?? (await findFreePort());
  const child = spawnEmulator(options, port, paths);
  const ended = endOf(child);
  // Avoids an unhandled rejection; callers that await `ended` still see the reason.
  ended.catch(() => {});
  const pid = child.pid ?? (await neverStarted(ended));
  const { temporary } = paths;
  writeRecord(paths.record, { pid, port, temporary, owner: { pid: process.pid, command: ownCommand() } });
  const stop = async (): Promise<void> => {
    await endGroup(pid);
    removeRecord(paths.record);
    rmSync(temporary, { recursive: true, force: true });
  };
  try {
    await untilHealthy(child, port, paths.log, options.signal);
  } catch (error) {
    await stop();
    throw error;
  }
  const endpoint = `http://localhost:${port}`;
  return { port, pid, endpoint, logPath: paths.log, environment: awsEnvironment(port), ended, stop };
};
