import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { batchRunner } from './batch-runs.ts';
import { SERIES_PER_TARGET, simulatedServers } from './simulated-blocks.ts';

const SERVERS = 10;
/** Like the heap of Node in Lambda: about nine tenths of the function's memory. */
const HEAP_MB = 1600;
const BYTES_PER_MB = 1024;

/** Peak resident memory, in MB, of a new process that forecasts a batch of this many targets without learned states. */
export const peakMemoryMb = (targets: number): number => {
  const child = spawnSync(
    process.execPath,
    [`--max-old-space-size=${HEAP_MB}`, fileURLToPath(import.meta.url), String(targets)],
    { encoding: 'utf8' },
  );
  return Number(child.stdout) / BYTES_PER_MB;
};

export const seriesOf = (targets: number): number => targets * SERIES_PER_TARGET;

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const targets = Number(process.argv[2]);
  if (targets > 0) await batchRunner(simulatedServers(SERVERS), targets).run(0);
  process.stdout.write(String(process.resourceUsage().maxRSS));
}
