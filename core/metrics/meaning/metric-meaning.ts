/** Derives the meaning of a metric from its name and unit, because senders use many names for the same thing. */
import { type MetricKind, nameWithoutAttributes } from '../series/metric-series.ts';
import { type MeaningRow, readByAttributes, readByName, readByWords } from './meaning-table.ts';
import type { Harm, Measures, MetricAspect, ShareScale } from './meaning-words.ts';

export type { Harm, Measures, MetricAspect } from './meaning-words.ts';

/** `percent`: 0-100; `ratio`: 0-1; `seconds`: latency, with the number of units per second; otherwise unknown. */
export type MetricScale =
  | { readonly kind: 'percent' }
  | { readonly kind: 'ratio' }
  | { readonly kind: 'seconds'; readonly perSecond: number }
  | { readonly kind: 'unknown' };

export interface MetricMeaning {
  readonly aspect: MetricAspect;
  readonly scale: MetricScale;
  /** The part of a resource that the metric measures; undefined if it is not about a resource. */
  readonly measures: Measures | undefined;
  /** The direction that does harm; undefined if nothing says so. */
  readonly harm: Harm | undefined;
  /** How its values relate, by convention of its name. */
  readonly kind: MetricKind | undefined;
  /** Who says so: a convention, `its attributes`, `its name` or `your settings`; undefined if only the aspect is known. */
  readonly source: string | undefined;
}

/** A tenant's own reading of a metric, which precedes all others. */
export interface OwnReading {
  readonly harm?: Harm | undefined;
  readonly measures?: Measures | undefined;
  readonly scale?: ShareScale | undefined;
}

/**
 * Words of a metric's name: attributes dropped, camel case and punctuation split, lower case.
 * `CPUUtilization`, `cpu_utilization` and `system.cpu.utilization{cpu="0"}` all hold the words cpu and utilization.
 */
export const wordsOf = (metric: string): readonly string[] =>
  nameWithoutAttributes(metric)
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');

const ASPECTS: readonly (readonly [MetricAspect, RegExp])[] = [
  ['error-share', /\b(errors?|failures?|5xx) (rate|ratio|percent|pct|share)\b/],
  ['latency', /\b(latency|duration|response time|request time)\b/],
  ['cpu', /\b(cpu|processor)\b/],
  ['memory', /\b(memory|mem|ram|heap)\b/],
  [
    'disk-space',
    /\b(disk|filesystem|volume|storage)\b(?!.*\b(io|iops|read|write|reads|writes|queue|busy|time)\b)/,
  ],
  ['request-rate', /\b(requests?|rps|qps|invocations?|throughput)\b/],
];

const LATENCY_UNITS: Readonly<Record<string, number>> = {
  s: 1,
  sec: 1,
  second: 1,
  seconds: 1,
  ms: 1e3,
  millisecond: 1e3,
  milliseconds: 1e3,
  us: 1e6,
  microsecond: 1e6,
  microseconds: 1e6,
  ns: 1e9,
  nanosecond: 1e9,
  nanoseconds: 1e9,
};

const UTILISATION = /\b(utilization|utilisation|util|usage|used|percent|pct|percentage)\b/;
const PERCENT_WORD = /\b(percent|pct|percentage)\b/;
const RATIO_WORD = /\b(ratio|fraction)\b/;
/** OpenTelemetry's semantic conventions report every `*.utilization` as a fraction of one. */
const OTEL_UTILISATION = /^[a-z0-9]+(\.[a-z0-9_]+)*\.utilization(\{|$)/;

const SHARES: ReadonlySet<MetricAspect> = new Set([
  'cpu',
  'memory',
  'disk-space',
  'error-share',
  'success-share',
]);
const isShare = (aspect: MetricAspect): boolean => SHARES.has(aspect);

const latencyScale = (words: readonly string[], unit: string | undefined): MetricScale => {
  const named = [unit?.toLowerCase() ?? '', ...words].find((word) => LATENCY_UNITS[word] !== undefined);
  return named === undefined
    ? { kind: 'unknown' }
    : { kind: 'seconds', perSecond: LATENCY_UNITS[named] ?? 1 };
};

const shareScale = (
  metric: string,
  name: string,
  aspect: MetricAspect,
  unit: string | undefined,
): MetricScale => {
  if (unit === '%' || /^percent$/i.test(unit ?? '')) return { kind: 'percent' };
  if (!isShare(aspect)) return { kind: 'unknown' };
  if (unit === '1') return { kind: UTILISATION.test(name) || RATIO_WORD.test(name) ? 'ratio' : 'unknown' };
  if (unit !== undefined && unit !== '' && !/^none$/i.test(unit)) return { kind: 'unknown' };
  if (PERCENT_WORD.test(name)) return { kind: 'percent' };
  if (RATIO_WORD.test(name) || OTEL_UTILISATION.test(metric)) return { kind: 'ratio' };
  // `memory_usage` and `disk_used` are often bytes, but CPU usage without a unit is always a share.
  const share =
    aspect === 'cpu'
      ? UTILISATION.test(name) || name === 'cpu' || name === 'cpu idle'
      : /\butili[sz]ation\b/.test(name);
  return { kind: share ? 'percent' : 'unknown' };
};

const HARM_OF: Readonly<Record<Measures, Harm>> = {
  used: 'rise',
  free: 'fall',
  spare: 'none',
  part: 'none',
  size: 'none',
};

/** Requests may harm by their number or by their absence. */
const harmOfAspect = (aspect: MetricAspect): Harm | undefined =>
  aspect === 'other' || aspect === 'request-rate' ? undefined : 'rise';

const OWN_SOURCE = 'your settings';

const ownRow = (own: OwnReading | undefined): MeaningRow | undefined =>
  own === undefined ? undefined : { ...own, source: OWN_SOURCE };

/** The first row that says something about `field`. */
const firstWith = <Field extends keyof MeaningRow>(
  rows: readonly MeaningRow[],
  field: Field,
): MeaningRow[Field] | undefined => rows.find((row) => row[field] !== undefined)?.[field];

/**
 * The meaning of a metric: by the tenant's settings, else its attributes (`state`, `mode`), the convention of its name,
 * its words. The unit decides on the scale; without one, CloudWatch names mean percent and OTel names ratios.
 */
export const meaningOf = (metric: string, unit?: string, own?: OwnReading): MetricMeaning => {
  const words = wordsOf(metric);
  const name = words.join(' ');
  const named = readByName(metric);
  const guessed = ASPECTS.find(([, pattern]) => pattern.test(name))?.[0] ?? 'other';
  const worded = named?.measures || named?.harm ? undefined : readByWords(name, named?.aspect ?? guessed);
  const aspect = named?.aspect ?? worded?.aspect ?? guessed;
  const rows = [ownRow(own), readByAttributes(metric, aspect), named, worded].filter(
    (row) => row !== undefined,
  );
  const telling = rows.find(({ measures, harm }) => measures !== undefined || harm !== undefined);
  const measures = telling?.harm === undefined ? telling?.measures : firstWith(rows, 'measures');
  const scale = own?.scale ?? named?.scale;
  return {
    aspect,
    scale: scale === undefined ? scaleFrom(metric, words, aspect, unit) : { kind: scale },
    measures,
    harm: telling?.harm ?? (measures && HARM_OF[measures]) ?? harmOfAspect(aspect),
    kind: named?.kind,
    source: telling?.source ?? named?.source,
  };
};

/** How the values of a metric relate, if a convention of its name says so. */
export const kindByName = (metric: string): MetricKind | undefined => readByName(metric)?.kind;

const scaleFrom = (
  metric: string,
  words: readonly string[],
  aspect: MetricAspect,
  unit: string | undefined,
): MetricScale =>
  aspect === 'latency' ? latencyScale(words, unit) : shareScale(metric, words.join(' '), aspect, unit);
