/** Runs work in a process of its own with a small heap, and reports what it took. */
import { spawnSync } from 'node:child_process';

/** Half the memory of the functions measured: the least that Node allows in a container of 512 MB. */
const HEAP_MB = 250;
const KB_PER_MB = 1024;

export interface ProcessCost {
  /** Of CPU time, of all threads: other programs do not count. */
  readonly seconds: number;
  readonly peakMb: number;
  /** The result of the work, or how it failed. */
  readonly outcome: string;
}

/** The cost of a script that calls `reportCost`, with a heap of `HEAP_MB`. */
export const processCost = (script: string, args: readonly string[], timeoutSeconds = 120): ProcessCost => {
  const started = performance.now();
  const child = spawnSync(process.execPath, [`--max-old-space-size=${HEAP_MB}`, script, ...args], {
    encoding: 'utf8',
    timeout: timeoutSeconds * 1000,
  });
  const [seconds, peakKb, outcome] = child.stdout.split('\t');
  return child.status === 0 && outcome !== undefined
    ? { seconds: Number(seconds), peakMb: Number(peakKb) / KB_PER_MB, outcome }
    : {
        seconds: (performance.now() - started) / 1000,
        peakMb: Number.NaN,
        outcome: /heap out of memory/.test(child.stderr)
          ? 'out of memory'
          : `aborted: ${child.stderr.slice(-200)}`,
      };
};

/** Prints the cost of the work for `processCost`. */
export const reportCost = async (work: () => string | Promise<string>): Promise<void> => {
  const before = process.cpuUsage();
  const outcome = await work();
  const { user, system } = process.cpuUsage(before);
  const seconds = (user + system) / 1e6;
  process.stdout.write(`${seconds}\t${process.resourceUsage().maxRSS}\t${outcome}`);
};
