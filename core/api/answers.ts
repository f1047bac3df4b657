/** What the API answers: one schema per kind of object, from which types and the OpenAPI document follow. */
import * as z from 'zod';
import { SEVERITIES } from '../breach/breach-risk.ts';
import { RUN_STATUSES } from '../ports/forecast-storage.ts';
import { METRIC_KINDS } from '../series/metric-series.ts';
import { PROFILES } from '../targets/target.ts';

/** Names under which schemas appear in the OpenAPI document's components. */
export const components = z.registry<{ readonly id: string }>();

const named = <Schema extends z.ZodType>(id: string, schema: Schema): Schema => {
  components.add(schema, { id });
  return schema;
};

const Instant = z.iso.datetime().describe('UTC, ISO 8601');
const Probability = z.number().min(0).max(1);

export const Target = named(
  'Target',
  z.object({
    id: z.string(),
    profile: z.enum(PROFILES),
    metrics: z.array(z.object({ name: z.string(), kind: z.enum(METRIC_KINDS), unit: z.string().optional() })),
    firstSeen: Instant,
    lastSeen: Instant,
  }),
);

export const Series = named(
  'Series',
  z.object({
    target: z.string(),
    metric: z.string(),
    kind: z.enum(METRIC_KINDS),
    unit: z.string().optional(),
    points: z
      .array(z.tuple([z.number().int(), z.number()]))
      .describe('Pairs of epoch seconds and value as received, oldest first'),
  }),
);

const Threshold = named(
  'Threshold',
  z.object({
    direction: z.enum(['above', 'below']),
    limit: z.number(),
    source: z.enum(['fixed', 'historical']).describe("`historical`: a quantile of the series' own history"),
  }),
);

const TimeToImpact = z
  .object({ p10: z.number(), p50: z.number(), p90: z.number() })
  .nullable()
  .describe('Seconds from the issue of the forecast to the first crossing, given that there is one');

const Severity = z
  .enum(SEVERITIES)
  .describe(
    '`critical`: more likely than not, expected within the hour; `warning`: within the horizon; `info`: else',
  );

export const Forecast = named(
  'Forecast',
  z.object({
    target: z.string(),
    metric: z.string(),
    runId: z.string(),
    issuedAt: Instant,
    start: Instant.describe('Time of the first step: one step after the last value known'),
    stepSeconds: z.number().int(),
    horizon: z
      .number()
      .int()
      .describe('Number of steps; more than eight hours where the series reports late'),
    quantiles: z.record(z.string(), z.array(z.number())).describe('Level to values, one per step'),
    mean: z.array(z.number()),
    model: z.string(),
    reason: z.string(),
    warnings: z.array(z.string()),
    threshold: Threshold,
    breach: z.object({
      probability: Probability,
      timeToImpactSeconds: TimeToImpact,
      expectedShareBeyond: Probability,
      severity: Severity,
    }),
  }),
);

export const Forecasts = named('Forecasts', z.object({ items: z.array(Forecast) }));

export const Breach = named(
  'Breach',
  z.object({
    target: z.string(),
    metric: z.string(),
    profile: z.enum(PROFILES),
    probability: Probability,
    severity: Severity,
    risk: z.number().describe('0 to 100: probability, halved for every four hours to the expected impact'),
    timeToImpactSeconds: TimeToImpact,
    threshold: Threshold,
    expectedPeak: z.number().describe('Most extreme outer quantile within the horizon'),
    runId: z.string(),
    issuedAt: Instant,
  }),
);

export const Run = named(
  'Run',
  z.object({
    id: z.string(),
    status: z.enum(RUN_STATUSES),
    trigger: z.enum(['schedule', 'api']),
    startedAt: Instant,
    finishedAt: Instant.optional(),
    targets: z.number().int(),
    series: z.number().int(),
    forecasts: z.number().int(),
    breaches: z.number().int(),
    failed: z.number().int(),
    failures: z
      .array(z.object({ target: z.string(), metric: z.string().optional(), reason: z.string() }))
      .describe('The first hundred series that could not be forecast'),
    error: z.string().optional().describe('Why batches or the whole run failed'),
  }),
);

export const StartedRun = named('StartedRun', z.object({ id: z.string() }));

export const Health = named('Health', z.object({ status: z.literal('ok') }));

export const Problem = named(
  'Problem',
  z.object({
    type: z.url(),
    title: z.string(),
    status: z.number().int(),
    detail: z.string(),
    code: z.string().describe('Stable name of the kind of problem'),
    errors: z.array(z.object({ field: z.string(), code: z.string(), message: z.string() })).optional(),
  }),
);

/** One page of a list; a page may hold fewer items than asked for, even none, and still have a next one. */
const pageOf = <Item extends z.ZodType>(id: string, item: Item) =>
  named(
    id,
    z.object({
      items: z.array(item),
      nextCursor: z.string().optional().describe('Pass as `cursor` for the next page; absent on the last'),
    }),
  );

export const TargetPage = pageOf('TargetPage', Target);
export const BreachPage = pageOf('BreachPage', Breach);
export const RunPage = pageOf('RunPage', Run);
