/** Performance of models in the API. */
import * as z from 'zod';
import { PROFILES } from '../../metrics/targets/target.ts';
import { named } from '../../platform/api/components.ts';
import { RequestInstant } from '../../platform/api/instants.ts';
import { MetricName } from '../../shared/identifiers.ts';
import type { ErrorFigures } from '../performance/performance-figures.ts';
import type { VersionPerformance } from '../performance/report-performance.ts';
import { AGES } from '../performance/score-forecast.ts';

export const PerformancePath = z.object({
  modelId: z
    .string()
    .regex(/^[a-z0-9][a-z0-9.-]{0,63}$/, 'expected a kind of model or a version, such as ensemble-1.1.0')
    .describe('A version, such as ensemble-1.1.0, or a kind of model: all its versions'),
});

export const PerformanceQuery = z.strictObject({
  from: RequestInstant.optional().describe(
    'Forecasts issued from this day on; by default, 28 days before to',
  ),
  to: RequestInstant.optional().describe(
    'Forecasts issued until this day; by default, now. At most 92 days after from',
  ),
  metric: MetricName.optional().describe('Without attributes, as sums are kept: disk_used'),
  profile: z.enum(PROFILES).optional(),
});

const figure = z.number().nullable();

const ErrorsView = named(
  'ErrorFigures',
  z.object({
    forecasts: z.number().int(),
    steps: z.number().int().describe('Steps with an observed value'),
    weightedQuantileLoss: figure.describe('Relative to the size of the values; of single metrics only'),
    mase: figure.describe('Mean absolute error of p50 relative to that of the seasonal naive forecast'),
    scaledQuantileLoss: figure,
    typicalLoss: figure.describe('Geometric mean of the scaled quantile loss of the forecasts'),
    bias: figure.describe('Positive if forecasts are too high'),
    coverage: z
      .array(z.object({ nominal: z.number(), observed: z.number() }))
      .describe('Share of the values inside each central band, the widest first'),
    calibration: z
      .array(z.object({ level: z.number(), observed: z.number() }))
      .describe('Share of the values at or below each quantile'),
    calibrationError: figure,
  }),
);

const BreachesView = named(
  'BreachFigures',
  z.object({
    cases: z.number().int().describe('Forecasts of metrics with a threshold that was not passed yet'),
    breaches: z.number().int(),
    warnings: z.number().int(),
    precision: figure.describe('Share of the warnings that a breach followed'),
    falseAlarms: figure,
    recall: figure.describe('Share of the breaches that were warned of'),
    accuracy: figure,
    brier: figure,
    medianLeadMinutes: figure.describe('From a right warning to the breach'),
    reliability: z.array(z.object({ forecast: z.number(), observed: z.number(), cases: z.number().int() })),
  }),
);

const figures = {
  all: ErrorsView,
  byAge: z
    .array(ErrorsView.extend({ age: z.enum(AGES.map(({ name }) => name)) }))
    .describe('By the time from the forecast to what it is about'),
  breaches: BreachesView,
};

export const ModelPerformance = named(
  'ModelPerformance',
  z.object({
    model: z.string().describe('The version'),
    total: z.object(figures).describe('All metrics together'),
    metrics: z.array(z.object({ metric: z.string(), ...figures })).describe('Most forecasts first'),
    metricsOmitted: z.number().int().describe('Metrics beyond the first hundred: ask for one with metric'),
    days: z
      .array(
        z.object({
          day: z.iso.date().describe('Of issue, in UTC'),
          forecasts: z.number().int(),
          mase: figure,
          typicalLoss: figure,
          coverage: figure.describe('Of the widest band, p10 to p90'),
        }),
      )
      .describe('Oldest first'),
    trend: z
      .object({
        worsens: z.boolean(),
        days: z.number().int(),
        rise: z.number().describe('Of the typical loss, as a share'),
        reason: z.string(),
      })
      .describe('Whether the typical loss has been rising from day to day'),
  }),
);

export const ModelPerformances = named(
  'ModelPerformances',
  z.object({ items: z.array(ModelPerformance).describe('One for each version that issued forecasts') }),
);

const MAX_METRICS = 100;

const presentErrors = ({ coverage, calibration, ...rest }: ErrorFigures) => ({
  ...rest,
  coverage: [...coverage],
  calibration: [...calibration],
});

const presentFigures = ({ all, byAge, breaches }: VersionPerformance['total']) => ({
  all: presentErrors(all),
  byAge: byAge.map(({ age, ...errors }) => ({ ...presentErrors(errors), age })),
  breaches: { ...breaches, reliability: [...breaches.reliability] },
});

export const presentPerformance = (version: VersionPerformance): z.infer<typeof ModelPerformance> => {
  const { model, total, metrics, days, trend } = version;
  const { worsens, days: judged, rise, reason } = trend;
  return {
    model,
    total: presentFigures(total),
    metrics: metrics.slice(0, MAX_METRICS).map((one) => ({ metric: one.metric, ...presentFigures(one) })),
    metricsOmitted: Math.max(0, metrics.length - MAX_METRICS),
    days: days.map(({ day, all: { forecasts, mase, typicalLoss, coverage } }) => ({
      ...{ day, forecasts, mase, typicalLoss, coverage: coverage[0]?.observed ?? null },
    })),
    trend: { worsens, days: judged, rise, reason },
  };
};
