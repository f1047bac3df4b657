import { readFile, statfs } from 'node:fs/promises';
import { cpus, freemem, totalmem } from 'node:os';

/** Counters of this machine at one moment. */
export interface HostCounters {
  /** Epoch seconds. */
  readonly at: number;
  /** CPU time since boot over all cores, in milliseconds. */
  readonly busy: number;
  readonly total: number;
  readonly memoryPercent: number;
  readonly diskPercent: number;
  /** Bytes over all interfaces except loopback since boot; undefined if the system does not report it (macOS). */
  readonly networkBytes: number | undefined;
}

const cpuTimes = (): { busy: number; total: number } => {
  let [busy, total] = [0, 0];
  for (const { times } of cpus()) {
    const all = times.user + times.nice + times.sys + times.irq + times.idle;
    busy += all - times.idle;
    total += all;
  }
  return { busy, total };
};

/** Used memory in percent, from Linux's `/proc/meminfo`; caches count as available. */
export const parseMemoryPercent = (meminfo: string): number | undefined => {
  const kilobytes = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(meminfo)?.[1] ?? Number.NaN);
  const percent = 100 * (1 - kilobytes('MemAvailable') / kilobytes('MemTotal'));
  return Number.isFinite(percent) ? percent : undefined;
};

/** Received plus sent bytes of all interfaces except loopback, from Linux's `/proc/net/dev`. */
export const parseNetworkBytes = (table: string): number =>
  table
    .split('\n')
    .map((line) => /^\s*([^:\s]+):(.*)$/s.exec(line))
    .filter((match) => match !== null && match[1] !== 'lo')
    .reduce((sum, match) => {
      const fields = match![2]!.trim().split(/\s+/).map(Number);
      return sum + (fields[0] ?? 0) + (fields[8] ?? 0);
    }, 0);

const readProc = async (path: string): Promise<string | undefined> => {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    // Only Linux has /proc.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
};

/** Used percentage of a file system, calculated like `df`: blocks reserved for root count as neither used nor free. */
const diskPercent = async (path: string): Promise<number> => {
  const { blocks, bfree, bavail } = await statfs(path);
  const used = blocks - bfree;
  return used + bavail > 0 ? (100 * used) / (used + bavail) : 0;
};

/** Reads this machine's counters (Linux, macOS). */
export const readHostCounters = async (disk = '/'): Promise<HostCounters> => {
  const [meminfo, network, diskUsed] = await Promise.all([
    readProc('/proc/meminfo'),
    readProc('/proc/net/dev'),
    diskPercent(disk),
  ]);
  return {
    at: Math.floor(Date.now() / 1000),
    ...cpuTimes(),
    memoryPercent: (meminfo && parseMemoryPercent(meminfo)) || 100 * (1 - freemem() / totalmem()),
    diskPercent: diskUsed,
    networkBytes: network === undefined ? undefined : parseNetworkBytes(network),
  };
};
