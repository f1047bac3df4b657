/** Problems as they are stated by each kind of cause, and whether they were real. */
import { proposalFor } from '../../../core/changes/deployments/propose-rollback.ts';
import { DAY_SECONDS } from '../../../core/shared/time.ts';
import { makeManagedFleet, STEP_SECONDS } from '../../../core/simulator/managed/managed-service.ts';
import { drawCase, HARMS, showing } from '../../changes/deployments/cases.ts';
import { type CaseResult, CHECKS, runCase } from '../../changes/deployments/measure.ts';
import {
  applicationWorld,
  machineWorld,
  simulatedWorld,
  type World,
} from '../../changes/deployments/worlds.ts';
import { hourlyRuns, runSteps } from '../../forecasts/warnings/hourly-runs.ts';
import { standing } from '../../forecasts/warnings/standing-figures.ts';
import { explainSimulated } from '../../incidents/diagnose/simulated.ts';
import { seededRandom } from '../../shared/seeded-random.ts';

export interface StatedCase {
  readonly stated: number;
  readonly isReal: boolean;
  readonly weight: number;
}

/** Monday, 2026-09-07T00:00Z. */
const START = 1_788_739_200;

/**
 * Every hour in which a warning stands and nothing is breached yet, on services whose stretches are half faults and half
 * harmless. Real: the breach comes within the horizon.
 */
export const warnedHours = (seed: number, services: number, days: number): readonly StatedCase[] =>
  makeManagedFleet(seed, services, { start: START, end: START + days * DAY_SECONDS }).flatMap((service) => {
    const steps = (days * DAY_SECONDS) / STEP_SECONDS;
    const values = Float64Array.from({ length: steps }, () => service.step().value);
    const series = { start: START, stepSeconds: STEP_SECONDS, values };
    const { first, last } = runSteps(series);
    const watched = {
      target: service.id,
      profile: 'generic',
      metric: service.metric,
      unit: '%',
      series,
    } as const;
    const runs = hourlyRuns(watched, first, Math.floor(((last - first) * STEP_SECONDS) / 3600));
    const severities = standing(runs);
    return runs
      .filter(({ breach }, i) => severities[i] !== 'info' && breach.timeToImpactSeconds?.p50 !== 0)
      .map(({ breach, stepsToBreach }) => ({
        ...{ stated: breach.probability, isReal: stepsToBreach > 0, weight: 1 },
      }));
  });

/** First causes of simulated incidents, with all and with less input. Real: it is the cause. */
export const namedCauses = async (firstSeed: number, rounds: number): Promise<readonly StatedCase[]> => {
  const { results } = await explainSimulated(rounds, firstSeed);
  return results.map(({ confidence, rank }) => ({ stated: confidence, isReal: rank === 1, weight: 1 }));
};

/** Share of deployments that do harm: within what owners report (DORA, State of DevOps). */
const HARMFUL_SHARE = 0.1;
const DAYS = 10;

const worldsOf = (data: string, seed: number, servers: number): readonly World[] =>
  [
    simulatedWorld(seed, servers, DAYS, STEP_SECONDS),
    ...(data === ''
      ? []
      : [machineWorld(data), applicationWorld(data, 'low_traffic'), applicationWorld(data, 'high_traffic')]),
  ].filter((world) => world !== undefined);

const statedBy = ({ scores, foundAfter }: CaseResult): number | undefined => {
  const found = foundAfter === undefined ? -1 : CHECKS.indexOf(foundAfter);
  if (found < 0) return undefined;
  const { health, confidence } = scores[found]!;
  const check = { minutes: 0, until: 0, checkedAt: 0, judged: 0, sent: 0, parts: [], health, confidence };
  return proposalFor({ targetId: 'target', changeId: 'change', checks: [check] }, 0).confidence;
};

/** Proposals to roll back, weighted as if one deployment in ten were harmful. Real: the deployment did harm. */
export const proposedRollbacks = (
  data: string,
  seed: number,
  {
    good,
    badPerHarm,
    servers,
  }: { readonly good: number; readonly badPerHarm: number; readonly servers: number },
): readonly StatedCase[] => {
  const random = seededRandom(seed);
  const none = { kind: 'none', size: 0 } as const;
  const results = worldsOf(data, seed, servers).flatMap((world) => [
    ...Array.from({ length: good }, (_, i) => runCase(drawCase(world, random, none, i % 3 === 0), 'good')),
    ...HARMS.filter((harm) => showing(world, harm).length > 0).flatMap((harm) =>
      Array.from({ length: badPerHarm }, () => runCase(drawCase(world, random, harm, false), 'bad')),
    ),
  ]);
  const harmful = results.filter(({ isBad }) => isBad).length;
  return results.flatMap((result) => {
    const stated = statedBy(result);
    const { isBad } = result;
    const weight = isBad ? HARMFUL_SHARE / harmful : (1 - HARMFUL_SHARE) / (results.length - harmful);
    return stated === undefined ? [] : [{ stated, isReal: isBad, weight: weight * results.length }];
  });
};
