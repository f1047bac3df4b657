/** How earlier forecasts of a tenant did: what a batch scored, and what a day adds up to. */
import * as z from 'zod';
import { PROFILES, type Profile } from '../../metrics/targets/target.ts';
import { objectOf } from '../../shared/schemas.ts';
import type { BreachSums, ProbabilitySums } from './breach-sums.ts';
import type { ErrorSums } from './error-sums.ts';
import type { ForecastSums } from './score-forecast.ts';

/** Forecasts of one metric of all targets with one profile by one model version. */
export interface ScoredRow {
  readonly profile: Profile;
  /** Its name without attributes: `disk_used` of `disk_used{device="sda"}`. */
  readonly metric: string;
  readonly model: string;
  readonly sums: ForecastSums;
}

/** The loss of one series. */
export interface SeriesLoss {
  readonly targetId: string;
  readonly profile: Profile;
  /** With its attributes. */
  readonly metric: string;
  readonly model: string;
  readonly steps: number;
  /** Sum over the steps of the scaled quantile loss. */
  readonly loss: number;
}

export interface Scores {
  readonly rows: readonly ScoredRow[];
  readonly series: readonly SeriesLoss[];
}

/** What one batch scored of the forecasts of an earlier run. */
export interface BatchScores extends Scores {
  readonly scoredRunId: string;
}

/** All forecasts that were issued on one UTC day (`2026-11-30`) and scored. */
export interface ScoredDay extends Scores {
  readonly day: string;
  /** Runs whose forecasts are in the sums, ascending: none is added twice. */
  readonly runs: readonly string[];
}

const numbers = z.array(z.number());

const Errors: z.ZodType<ErrorSums> = objectOf<ErrorSums>()({
  quantileLevels: numbers,
  forecasts: z.number(),
  steps: z.number(),
  absoluteActual: z.number(),
  quantileLoss: z.number(),
  scaledError: z.number(),
  scaledQuantileLoss: z.number(),
  scaledBias: z.number(),
  logLoss: z.number(),
  inBand: numbers,
  places: numbers,
});

const Breaches: z.ZodType<BreachSums> = objectOf<BreachSums>()({
  warnedOfBreach: z.number(),
  warnedOfNone: z.number(),
  missed: z.number(),
  quiet: z.number(),
  squaredError: z.number(),
  leads: numbers,
  byProbability: z.array(
    objectOf<ProbabilitySums>()({ cases: z.number(), crossed: z.number(), probability: z.number() }),
  ),
});

const name = { profile: z.enum(PROFILES), metric: z.string(), model: z.string() };

const scores = {
  rows: z.array(
    objectOf<ScoredRow>()({
      ...name,
      sums: objectOf<ForecastSums>()({ errors: z.array(Errors), breaches: Breaches }),
    }),
  ),
  series: z.array(
    objectOf<SeriesLoss>()({ ...name, targetId: z.string(), steps: z.number(), loss: z.number() }),
  ),
};

export const BatchScores: z.ZodType<BatchScores> = objectOf<BatchScores>()({
  scoredRunId: z.string(),
  ...scores,
});

export const ScoredDay: z.ZodType<ScoredDay> = objectOf<ScoredDay>()({
  day: z.string(),
  runs: z.array(z.string()),
  ...scores,
});
