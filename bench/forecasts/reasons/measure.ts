import { assessBreach } from '../../../core/forecasts/breach/assess-breach.ts';
import type { BreachReason } from '../../../core/forecasts/breach-explanation.ts';
import { forecastWithState } from '../../../core/forecasts/engine/ensemble.ts';
import type { ForecastRequest } from '../../../core/forecasts/engine/forecast.ts';
import type { ForecastState } from '../../../core/forecasts/engine/forecast-state.ts';
import { findEvidence } from '../../../core/forecasts/reasons/evidence.ts';
import { explainBreach } from '../../../core/forecasts/reasons/explain-breach.ts';
import { type LabelledWorld, LIMIT, seriesOf } from './labelled-worlds.ts';

const HORIZON = 96;
const THRESHOLD = { direction: 'above', limit: LIMIT, source: 'fixed' } as const;

/** What became of one world. */
export interface ExplainedWorld {
  readonly reasons: readonly BreachReason[];
  /** By how much the probability of the breach falls without one kind of evidence alone. */
  readonly falls: Readonly<Partial<Record<string, number>>>;
  readonly milliseconds: number;
}

const probabilityOf = (request: ForecastRequest, state: ForecastState | null): number => {
  const { forecast } = forecastWithState(request, state);
  return assessBreach(forecast, THRESHOLD, request.history).probability;
};

/** Explains the breach of a world; null if none is predicted with a probability of at least one half. */
export const explainWorld = async (world: LabelledWorld, seed: number): Promise<ExplainedWorld | null> => {
  const bounds = { lower: 0, upper: 100 };
  const request = { history: seriesOf(world, seed), horizon: HORIZON, bounds };
  const { forecast, state } = forecastWithState(request);
  const probability = assessBreach(forecast, THRESHOLD, request.history).probability;
  if (probability < 0.5) return null;
  const started = performance.now();
  const explanation = await explainBreach(
    async (requests) => requests.map((each) => forecastWithState(each, state).forecast),
    {
      ...{ request, forecast, threshold: THRESHOLD, probability, isDivided: true },
      expectedPeak: Math.max(...(forecast.quantiles.at(-1) ?? [])),
    },
  );
  const milliseconds = performance.now() - started;
  const evidence = findEvidence({ request, ramp: forecast.ramp, threshold: THRESHOLD });
  const falls = Object.fromEntries(
    evidence.map(({ kind, without }) => [kind, probability - probabilityOf(without(request), state)]),
  );
  return { reasons: explanation?.reasons ?? [], falls, milliseconds };
};

/** True if the first reason can be taken out; the usual level cannot. */
export const isComparable = ({ reasons: [first] }: ExplainedWorld): boolean =>
  first !== undefined && first.kind !== 'usual-level';

/** True if no kind of evidence alone changes the forecast more than the first reason does. */
export const isFaithful = ({ reasons: [first], falls }: ExplainedWorld): boolean =>
  first !== undefined && Object.values(falls).every((fall = 0) => fall <= (falls[first.kind] ?? 0) + 1e-9);

/** Figures of one kind of world. */
export interface ReasonFigures {
  readonly world: string;
  /** Worlds whose breach was predicted. */
  readonly predicted: number;
  readonly right: number;
  /** Worlds whose first reason can be taken out, and those of them in which nothing else changes more. */
  readonly comparable: number;
  readonly faithful: number;
  /** Mean share of the known reason, percent. */
  readonly share: number;
  readonly milliseconds: number;
}

export const measureReasons = async (
  world: LabelledWorld,
  seeds: readonly number[],
): Promise<ReasonFigures> => {
  const found: ExplainedWorld[] = [];
  for (const seed of seeds) {
    const explained = await explainWorld(world, seed);
    if (explained !== null) found.push(explained);
  }
  const shareOf = ({ reasons }: ExplainedWorld) =>
    reasons.find(({ kind }) => kind === world.reason)?.share ?? 0;
  const meanOf = (of: (one: ExplainedWorld) => number) =>
    found.reduce((sum, one) => sum + of(one) / Math.max(1, found.length), 0);
  return {
    ...{ world: world.name, predicted: found.length },
    right: found.filter(({ reasons }) => reasons[0]?.kind === world.reason).length,
    comparable: found.filter(isComparable).length,
    faithful: found.filter((one) => isComparable(one) && isFaithful(one)).length,
    ...{ share: meanOf(shareOf), milliseconds: meanOf(({ milliseconds }) => milliseconds) },
  };
};
