/** What the API answers: one schema per kind of object, from which types and the OpenAPI document follow. */
import * as z from 'zod';
import { ANOMALY_KINDS } from '../anomalies/anomaly.ts';
import { SEVERITIES } from '../forecasts/breach-risk.ts';
import { RUN_STATUSES } from '../forecasts/forecast-run.ts';
import { METRIC_KINDS } from '../metrics/series/metric-series.ts';
import { PROFILES } from '../metrics/targets/target.ts';
import { Settings as TenantSettings } from '../platform/settings/settings.ts';

/** Names under which schemas appear in the OpenAPI document's components. */
export const components = z.registry<{ readonly id: string }>();

/** Gives a schema its name in the OpenAPI document. */
export const named = <Schema extends z.ZodType>(id: string, schema: Schema): Schema => {
  components.add(schema, { id });
  return schema;
};

export const Instant = z.iso.datetime().describe('UTC, ISO 8601');
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
    threshold: Threshold.nullable().describe(
      'null while the history is shorter than a day, or an hour where the limit is fixed',
    ),
    breach: z
      .object({
        probability: Probability,
        timeToImpactSeconds: TimeToImpact,
        expectedShareBeyond: Probability,
        severity: Severity,
      })
      .nullable()
      .describe('null where there is no threshold yet'),
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

const Band = z
  .object({ lower: z.number(), upper: z.number() })
  .describe('Where 98 % of the values of this time of day lie');

export const Anomaly = named(
  'Anomaly',
  z.object({
    target: z.string(),
    metric: z.string(),
    timestamp: Instant.describe('When the unusual point was measured'),
    since: Instant.describe('Since when the metric has been unusual'),
    kind: z
      .enum(ANOMALY_KINDS)
      .describe(
        '`behavioural`: unusual for its time of day or its forecast; `pattern`: unlike anything before; `duration`: it lasts; `correlation`: out of step with others',
      ),
    value: z.number().describe('Of a counter: its rate per second'),
    score: z.number(),
    oneIn: z.number().describe('Met once in so many points'),
    parts: z.record(z.string(), z.number()).describe('Score of each part of the detector'),
    expected: Band.optional(),
    reason: z.string(),
    silenced: z.string().optional().describe('Reason of the maintenance window it fell into'),
    active: z.boolean().describe('Whether it is still going on'),
    endedAt: Instant.optional().describe(
      'Last unusual point, once the metric is usual again or what was unusual has become the usual; absent too where the target stopped reporting',
    ),
  }),
);

export const Baseline = named(
  'Baseline',
  z.object({
    target: z.string(),
    metric: z.string(),
    mode: z.enum(['full', 'light']),
    calibrated: z.boolean().describe('Whether enough was seen for anomalies to be raised'),
    points: z.number().int().describe('Points learned'),
    firstSeen: Instant.optional(),
    lastLearned: Instant.optional().describe('Up to here; hours are learned once they are over'),
    timeOfDay: z
      .array(z.object({ time: z.string().describe('UTC, start of half an hour'), expected: Band.optional() }))
      .describe('The expected band of each half hour of the day, absent where nothing is known of it yet'),
  }),
);

export const Settings = named('Settings', TenantSettings);

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
export const pageOf = <Item extends z.ZodType>(id: string, item: Item) =>
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
export const AnomalyPage = pageOf('AnomalyPage', Anomaly);
