/** Derives the meaning of a metric from its name and unit, because senders use many names for the same thing. */

/** The measured quantity, as far as thresholds depend on it. */
export type MetricAspect =
  | 'cpu'
  | 'memory'
  | 'disk-space'
  | 'latency'
  | 'request-rate'
  | 'error-share'
  | 'other';

/** `percent`: 0-100; `ratio`: 0-1; `seconds`: latency, with the number of units per second; otherwise unknown. */
export type MetricScale =
  | { readonly kind: 'percent' }
  | { readonly kind: 'ratio' }
  | { readonly kind: 'seconds'; readonly perSecond: number }
  | { readonly kind: 'unknown' };

export interface MetricMeaning {
  readonly aspect: MetricAspect;
  readonly scale: MetricScale;
}

/**
 * Words of a metric's name: attributes dropped, camel case and punctuation split, lower case.
 * `CPUUtilization`, `cpu_utilization` and `system.cpu.utilization{cpu="0"}` all hold the words cpu and utilization.
 */
export const wordsOf = (metric: string): readonly string[] =>
  (metric.split('{')[0] ?? '')
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

const isShare = (aspect: MetricAspect): boolean =>
  aspect === 'cpu' || aspect === 'memory' || aspect === 'disk-space' || aspect === 'error-share';

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
  const share = aspect === 'cpu' ? UTILISATION.test(name) || name === 'cpu' : /\butili[sz]ation\b/.test(name);
  return { kind: share ? 'percent' : 'unknown' };
};

/** The meaning of a metric. The unit decides; without one, CloudWatch names mean percent and OTel names ratios. */
export const meaningOf = (metric: string, unit?: string): MetricMeaning => {
  const words = wordsOf(metric);
  const name = words.join(' ');
  const aspect = ASPECTS.find(([, pattern]) => pattern.test(name))?.[0] ?? 'other';
  const scale = aspect === 'latency' ? latencyScale(words, unit) : shareScale(metric, name, aspect, unit);
  return { aspect, scale };
};
