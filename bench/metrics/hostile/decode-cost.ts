/** Decodes one body in a process of its own and reports what that took. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { decode } from '../../../core/metrics/ingestion/decode.ts';
import { IngestRejection } from '../../../core/metrics/ingestion/decoding/ingest-rejection.ts';
import { INGEST_LIMITS } from '../../../core/metrics/ingestion/decoding/limits.ts';
import { INGEST_FORMAT_NAMES } from '../../../core/metrics/ingestion/formats/ingest-formats.ts';
import { RECEIVED_AT } from './worst-bodies.ts';

/** Half the memory of the function that receives metrics: the least that Node allows in a container of 512 MB. */
const HEAP_MB = 250;
const KB_PER_MB = 1024;

export interface DecodeCost {
  /** Of CPU time, of all threads: other programs do not count. */
  readonly seconds: number;
  readonly peakMb: number;
  /** The code of the rejection, or how many points were accepted. */
  readonly outcome: string;
}

/** The cost of decoding the gzip file `path` with a heap of `HEAP_MB`. */
export const decodeCost = (path: string, format: string, contentType: string): DecodeCost => {
  const started = performance.now();
  const child = spawnSync(
    process.execPath,
    [`--max-old-space-size=${HEAP_MB}`, fileURLToPath(import.meta.url), path, format, contentType],
    { encoding: 'utf8', timeout: 120_000 },
  );
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

const outcomeOf = (path: string, format: string, contentType: string): string => {
  try {
    const { accepted } = decode(readFileSync(path), {
      ...{ tenantId: 'bench', gzip: true, contentType, query: {}, receivedAt: RECEIVED_AT * 1000 },
      format: INGEST_FORMAT_NAMES.find((name) => name === format) ?? 'json',
      ...{ retentionDays: 35, limits: INGEST_LIMITS },
    });
    return `${accepted} accepted`;
  } catch (error) {
    if (error instanceof IngestRejection) return error.code;
    return `threw ${String(error).slice(0, 100)}`;
  }
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [path = '', format = '', contentType = ''] = process.argv.slice(2);
  const before = process.cpuUsage();
  const outcome = outcomeOf(path, format, contentType);
  const { user, system } = process.cpuUsage(before);
  const seconds = (user + system) / 1e6;
  process.stdout.write(`${seconds}\t${process.resourceUsage().maxRSS}\t${outcome}`);
}
