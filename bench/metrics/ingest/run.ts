import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { type Decoded, decode } from '../../../core/metrics/ingestion/decode.ts';
import { INGEST_LIMITS } from '../../../core/metrics/ingestion/decoding/limits.ts';
import { mergePlan, planBlocks } from '../../../core/metrics/ingestion/storing/block-plan.ts';
import type { Payload as StoredPayload } from '../../../core/metrics/ingestion/storing/payload.ts';
import { mean, median } from '../../../core/shared/maths/averages.ts';
import type { ServerMetrics } from '../../../core/simulator/fleet.ts';
import { simulateFleet } from '../../../core/simulator/simulate-fleet.ts';
import type { BenchOptions } from '../../shared/bench-options.ts';
import { FORMATS, type Payload, type PayloadFormat, payloadOf } from './payloads.ts';

/** CPU time of decoding and size of the payload, for one format. */
export interface FormatFigures {
  readonly format: PayloadFormat;
  readonly points: number;
  readonly decodeMs: number;
  readonly pointsPerSecondAndCore: number;
  readonly bytesPerPoint: number;
  readonly gzipBytesPerPoint: number;
}

/** Figures of merging the pushes of an hour, twelve per host, into blocks. */
export interface MergeFigures {
  readonly hosts: number;
  readonly metrics: number;
  readonly pointsPerSecondAndCore: number;
  readonly microsecondsPerPush: number;
  /** A block after its first and its last push of the hour, and per point of the full hour. */
  readonly firstBlockBytes: number;
  readonly fullBlockBytes: number;
  readonly bytesPerPoint: number;
}

export interface IngestBenchResult {
  readonly machine: string;
  readonly formats: readonly FormatFigures[];
  readonly merge: MergeFigures;
}

const STEP_SECONDS = 300;
const PUSHES = 12;
const FULL = { rounds: 7, hosts: 50 };
const QUICK = { rounds: 1, hosts: 4 };
type Size = typeof FULL;
const END = Date.UTC(2026, 10, 1) / 1000;
/** Enough points for a round of tens of milliseconds: 50 hosts x 6 metrics x 48 steps. */
const STEPS = 48;

const cpuMsOf = (work: () => void): number => {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
};

const decodePayload = ({ format, contentType, body }: Payload, receivedAt: number): Decoded =>
  decode(body, {
    ...{ tenantId: 'bench', format, contentType, gzip: false, query: {}, receivedAt },
    ...{ retentionDays: 35, limits: INGEST_LIMITS },
  });

const fleetOf = ({ hosts }: Size): ServerMetrics[] => [
  ...simulateFleet({
    seed: 5,
    servers: hosts,
    days: 1,
    stepSeconds: STEP_SECONDS,
    endAt: END - STEP_SECONDS,
  }),
];

const formatFigures = (
  format: PayloadFormat,
  servers: readonly ServerMetrics[],
  { rounds }: Size,
): FormatFigures => {
  const payload = payloadOf(format, { servers, from: 0, to: STEPS });
  let points = 0;
  const round = () =>
    cpuMsOf(() => {
      points = decodePayload(payload, END * 1000).accepted;
    });
  round();
  const decodeMs = median(Array.from({ length: rounds }, round));
  return {
    ...{ format, points, decodeMs },
    pointsPerSecondAndCore: Math.round(points / (decodeMs / 1000)),
    bytesPerPoint: payload.body.length / points,
    gzipBytesPerPoint: gzipSync(payload.body).length / points,
  };
};

/** One push of all hosts, as the consumer receives it from the queue. */
const pushOf = (servers: readonly ServerMetrics[], push: number): StoredPayload => {
  const from = servers[0]!.metrics.cpu_percent.length - PUSHES + push;
  const receivedAt = (END - (PUSHES - push) * STEP_SECONDS) * 1000 + 250;
  const decoded = decodePayload(payloadOf('otlp protobuf', { servers, from, to: from + 1 }), receivedAt);
  const requestId = `push-${push}`;
  return {
    message: { id: requestId, body: '' },
    pointer: {
      ...{ tenantId: 'bench', requestId, key: requestId, format: 'otlp', gzip: false, receivedAt, query: {} },
      contentType: 'application/x-protobuf',
    },
    decoded,
  };
};

/** Merges an hour of pushes one by one; returns the sizes of all blocks after each. */
const mergeHour = (pushes: readonly StoredPayload[]): number[][] => {
  const stored = new Map<string, Uint8Array>();
  return pushes.map((payload) =>
    planBlocks([payload]).map((plan) => {
      const name = `${plan.key.targetId} ${plan.key.hour}`;
      const { bytes } = mergePlan(plan, { key: plan.key, bytes: stored.get(name), version: 0 });
      stored.set(name, bytes!);
      return bytes!.length;
    }),
  );
};

const mergeFigures = (servers: readonly ServerMetrics[], { rounds }: Size): MergeFigures => {
  const pushes = Array.from({ length: PUSHES }, (_, push) => pushOf(servers, push));
  const points = pushes.reduce((sum, { decoded }) => sum + decoded.accepted, 0);
  let sizes = mergeHour(pushes);
  const round = () =>
    cpuMsOf(() => {
      sizes = mergeHour(pushes);
    });
  const ms = median(Array.from({ length: rounds }, round));
  const fullBlockBytes = mean(sizes.at(-1)!);
  return {
    hosts: servers.length,
    metrics: points / PUSHES / servers.length,
    pointsPerSecondAndCore: Math.round(points / (ms / 1000)),
    microsecondsPerPush: (1000 * ms) / (PUSHES * servers.length),
    firstBlockBytes: mean(sizes[0]!),
    fullBlockBytes,
    bytesPerPoint: fullBlockBytes / (points / servers.length),
  };
};

const linesOf = ({ machine, formats, merge }: IngestBenchResult, { rounds }: Size): string[] => [
  `${machine}, medians of ${rounds} rounds of CPU time`,
  '| format | points | decode, ms | points/s and core | bytes/point | gzip |',
  '|---|---|---|---|---|---|',
  ...formats.map(
    (f) =>
      `| ${f.format} | ${f.points} | ${f.decodeMs.toFixed(1)} | ${f.pointsPerSecondAndCore.toLocaleString('en-US')} | ${f.bytesPerPoint.toFixed(1)} | ${f.gzipBytesPerPoint.toFixed(1)} |`,
  ),
  `merge: ${merge.pointsPerSecondAndCore.toLocaleString('en-US')} points/s and core, ${merge.microsecondsPerPush.toFixed(0)} us a push of ${merge.metrics} metrics`,
  `block: ${merge.firstBlockBytes.toFixed(0)} bytes after its first push, ${merge.fullBlockBytes.toFixed(0)} after twelve (${merge.bytesPerPoint.toFixed(2)} a point)`,
];

/** Measures ingestion on simulated hosts: decoding of each format, merging into hour blocks, and their size. */
export const runIngestBench = ({ quick, out }: BenchOptions): IngestBenchResult => {
  const size = quick ? QUICK : FULL;
  const servers = fleetOf(size);
  const result = {
    machine: `${cpus()[0]?.model ?? 'unknown CPU'}, ${cpus().length} cores, Node ${process.version}`,
    formats: FORMATS.map((format) => formatFigures(format, servers, size)),
    merge: mergeFigures(servers, size),
  };
  for (const line of linesOf(result, size)) out(line);
  return result;
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  runIngestBench({ data: '.', out: (line) => void process.stdout.write(`${line}\n`) });
}
