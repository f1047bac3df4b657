import { nextWarning } from '../breach/standing-warning.ts';
import type { BreachChanges } from '../ports.ts';
import type { PredictedBreach } from '../target-forecast.ts';
import type { TargetOutcome } from './forecast-targets.ts';

/** Breaches less likely than this are not listed, unless a warning of them stands or has just ended. */
export const LISTED_PROBABILITY = 0.05;

/** The breaches of a target that earlier runs stored, by metric. */
export type BreachesBefore = ReadonlyMap<string, PredictedBreach>;

const settle = (found: PredictedBreach, before: PredictedBreach | undefined): PredictedBreach => {
  const warning = nextWarning(before, found);
  return { ...found, warning, breach: { ...found.breach, severity: warning?.severity ?? 'info' } };
};

/**
 * Replaces the severities that the forecast alone suggests by those of the warnings that stand, and selects the breaches
 * to list. Breaches older than `memoryMs` are forgotten.
 */
export const settleWarnings = (
  outcome: TargetOutcome,
  before: BreachesBefore,
  memoryMs: number,
): TargetOutcome => {
  const settled = outcome.breaches.map((found) => {
    const last = before.get(found.metric);
    return settle(found, last && found.issuedAt - last.issuedAt <= memoryMs ? last : undefined);
  });
  const risks = new Map(settled.map(({ metric, breach }) => [metric, breach]));
  const { forecast } = outcome;
  return {
    ...outcome,
    forecast: {
      ...forecast,
      metrics: forecast.metrics.map((one) => ({ ...one, breach: risks.get(one.metric) ?? one.breach })),
    },
    breaches: settled.filter(
      ({ breach, warning }) => warning !== null || breach.probability >= LISTED_PROBABILITY,
    ),
  };
};

/** What to store of a settled outcome. Breaches of metrics that this run did not forecast are kept. */
export const changesOf = ({ forecast, breaches }: TargetOutcome, before: BreachesBefore): BreachChanges => {
  const kept = new Set(breaches.map(({ metric }) => metric));
  const gone = forecast.metrics.map(({ metric }) => metric).filter((metric) => !kept.has(metric));
  return { put: breaches, remove: gone.filter((metric) => before.has(metric)) };
};
