/**
 * The worst bodies that we know for each parser: none may take more memory or time than the bar. And silence checks of
 * tenants whose targets send every second.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { INGEST_LIMITS } from '../../../core/metrics/ingestion/decoding/limits.ts';
import { jsonElementsIn, MAX_JSON_ELEMENTS } from '../../../core/metrics/ingestion/decoding/read-text.ts';
import type { BenchOptions } from '../../shared/bench-options.ts';
import { decodeCost } from './decode-cost.ts';
import type { ProcessCost } from './process-cost.ts';
import { DENSE_TENANTS, type DenseTenant, silenceCost } from './silence-cost.ts';
import { WORST_BODIES, type WorstBody } from './worst-bodies.ts';

export const MAX_PEAK_MB = 400;
export const MAX_SECONDS = 5;

/** One body in a quick run is this large. */
const QUICK_BYTES = 200_000;
const QUICK_TARGETS = 8;

interface HostileFigures extends ProcessCost {
  readonly name: string;
  readonly bytes: number;
  readonly gzipBytes: number;
}

interface SilenceFigures extends DenseTenant, ProcessCost {}

export interface HostileBenchResult {
  readonly bodies: readonly HostileFigures[];
  /** One check of each dense tenant. */
  readonly silence: readonly SilenceFigures[];
  readonly maxPeakMb: number;
  readonly maxSeconds: number;
  /** Names of the bodies above the bar. */
  readonly failed: readonly string[];
}

/** At this size a body of JSON passes the limit on values, so that they are built. */
const withinElements = (body: Uint8Array): number =>
  Math.floor((body.length * 0.95 * MAX_JSON_ELEMENTS) / jsonElementsIn(body));

/** The size that the limit on bytes allows and, if the body then has too many values, a smaller one. */
const sizesOf = ({ contentType, make }: WorstBody, bytes: number): number[] => {
  const fewer = contentType === 'application/json' ? withinElements(make(bytes)) : bytes;
  return fewer < bytes ? [bytes, fewer] : [bytes];
};

const measure = (
  { name, format, contentType, make }: WorstBody,
  folder: string,
  bytes: number,
): HostileFigures => {
  const body = make(bytes);
  const sent = gzipSync(body);
  const path = join(folder, 'body.gz');
  writeFileSync(path, sent);
  return { name, bytes: body.length, gzipBytes: sent.length, ...decodeCost(path, format, contentType) };
};

const isWithinBar = ({ peakMb, seconds }: HostileFigures): boolean =>
  peakMb <= MAX_PEAK_MB && seconds <= MAX_SECONDS;

const lineOf = (figures: HostileFigures): string =>
  `| ${figures.name} | ${(figures.bytes / 1e6).toFixed(1)} | ${(figures.gzipBytes / 1e3).toFixed(0)} | ${figures.seconds.toFixed(2)} | ${figures.peakMb.toFixed(0)} | ${figures.outcome} |`;

/** Decodes each body, made to fit `bytes`, in a process of its own. */
export const measureBodies = (
  bodies: readonly WorstBody[],
  bytes: number,
  out: BenchOptions['out'],
): HostileFigures[] => {
  const folder = mkdtempSync(join(tmpdir(), 'forestall-hostile-'));
  try {
    return bodies.flatMap((body) =>
      sizesOf(body, bytes).map((size) => {
        const figures = measure(body, folder, size);
        out(lineOf(figures));
        return figures;
      }),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
};

const measureSilence = (quick: BenchOptions['quick'], out: BenchOptions['out']): SilenceFigures[] => {
  out('');
  out('| silence check of dense targets | targets | seconds | peak MB | outcome |');
  out('|---|---|---|---|---|');
  return DENSE_TENANTS.filter(({ targets }) => !quick || targets <= QUICK_TARGETS).map((tenant) => {
    const figures = { ...tenant, ...silenceCost(tenant) };
    const { name, targets, seconds, peakMb, outcome } = figures;
    out(`| ${name} | ${targets} | ${seconds.toFixed(1)} | ${peakMb.toFixed(0)} | ${outcome} |`);
    return figures;
  });
};

/** Prints seconds and peak memory of decoding each of the worst bodies, and of checks of dense targets. */
export const runHostileBench = ({ quick, out }: BenchOptions): HostileBenchResult => {
  out('| body | MB | kB as gzip | seconds | peak MB | outcome |');
  out('|---|---|---|---|---|---|');
  const bodies = measureBodies(WORST_BODIES, quick ? QUICK_BYTES : INGEST_LIMITS.maxUnzippedBytes, out);
  const failed = bodies.filter((figures) => !isWithinBar(figures)).map(({ name }) => name);
  out(`bar: ${MAX_PEAK_MB} MB and ${MAX_SECONDS} s; above it: ${failed.join('; ') || 'none'}`);
  return {
    ...{ bodies, failed, silence: measureSilence(quick, out) },
    maxPeakMb: Math.max(...bodies.map(({ peakMb }) => peakMb)),
    maxSeconds: Math.max(...bodies.map(({ seconds }) => seconds)),
  };
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  runHostileBench({
    data: '',
    quick: process.argv.includes('--quick'),
    out: (line) => void process.stdout.write(`${line}\n`),
  });
}
