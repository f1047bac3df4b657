import { parseArgs } from 'node:util';
import {
  CALIBRATIONS,
  type CalibratedMethod,
  leadOf,
  type RankingMethod,
} from '../../../core/incidents/diagnosis/confidence.ts';
import { diagnose } from '../../../core/incidents/diagnosis/diagnose.ts';
import { ConfigurationError } from '../../../core/shared/errors.ts';
import { type LabelledCase, loadPetShop } from './load-issues.ts';
import { reduceInput, type Variant } from './score-cases.ts';
import { explainSimulated } from './simulated.ts';
import { syntheticCases } from './synthetic-cases.ts';

/** Not the seed of the scoreboard, whose reliability tables need faults that were not fitted. */
const SEED = 9;
const FAULTS = 1000;
const ROUNDS = 50;
const SIMULATED_ROUNDS = 6;
/** Regularization that keeps the slope finite if the lead separates right from wrong answers. */
const PULL = 0.1;

interface Sample {
  readonly lead: number;
  readonly isRight: boolean;
}

const VARIANTS: Readonly<Record<RankingMethod, readonly Variant[]>> = {
  'excess-blame': ['all input', 'no normal data'],
  'relative-blame': ['no request counts'],
  correlation: ['no graph'],
};

const sample = (incident: LabelledCase, method: RankingMethod, variant: Variant): Sample => {
  const { causes } = diagnose(reduceInput(incident, variant));
  const scores = causes.map(({ score }) => score);
  return {
    lead: leadOf(scores, CALIBRATIONS[method].isRelative),
    isRight: causes[0]?.node === incident.cause,
  };
};

const logistic = (x: number): number => 1 / (1 + Math.exp(-x));

/** Intercept and slope of a logistic regression by Newton's method, with a slight pull of the slope towards 0. */
const fitLogistic = (samples: readonly Sample[]): readonly [number, number] => {
  let [a, b] = [0, 0];
  for (let round = 0; round < ROUNDS; round++) {
    let [ga, gb, haa, hab, hbb] = [0, -PULL * b, 1e-6, 0, PULL];
    for (const { lead, isRight } of samples) {
      const p = logistic(a + b * lead);
      const miss = Number(isRight) - p;
      const weight = p * (1 - p);
      ga += miss;
      gb += miss * lead;
      haa += weight;
      hab += weight * lead;
      hbb += weight * lead * lead;
    }
    const determinant = haa * hbb - hab * hab;
    a += (hbb * ga - hab * gb) / determinant;
    b += (haa * gb - hab * ga) / determinant;
  }
  return [a, b];
};

const meanLogLoss = (samples: readonly Sample[], [a, b]: readonly [number, number]): number =>
  samples.reduce((sum, { lead, isRight }) => {
    const p = Math.min(0.97, logistic(a + b * lead));
    return sum - Math.log(isRight ? p : 1 - p);
  }, 0) / samples.length;

const report = (method: CalibratedMethod, fitted: readonly [number, number], checked: readonly Sample[]) => {
  const loss = meanLogLoss(checked, fitted).toFixed(3);
  const [intercept, slope] = fitted.map((value) => value.toFixed(2));
  process.stdout.write(`${method}: intercept ${intercept}, slope ${slope}; held-out log loss ${loss}\n`);
};

/** Only simulated faults include ones without harm to requests: fit on some seeds, check on others. */
const fitFirstToDeviate = async (): Promise<void> => {
  const from = async (firstSeed: number): Promise<Sample[]> => {
    const { results } = await explainSimulated(SIMULATED_ROUNDS, firstSeed);
    return results
      .filter(({ method }) => method === 'first-to-deviate')
      .map(({ scores, rank }) => ({ lead: leadOf(scores, true), isRight: rank === 1 }));
  };
  report('first-to-deviate', fitLogistic(await from(40)), await from(60));
};

if (import.meta.main) {
  const { values } = parseArgs({ options: { data: { type: 'string' } } });
  const data = values.data ?? process.env.FORESTALL_DATA;
  if (data === undefined) throw new ConfigurationError('no data: pass --data DIR or set FORESTALL_DATA');
  const faults = syntheticCases(loadPetShop(data), FAULTS, SEED);
  for (const [method, variants] of Object.entries(VARIANTS) as [RankingMethod, readonly Variant[]][]) {
    const from = (group: string) =>
      faults
        .filter((fault) => fault.group === group)
        .flatMap((fault) => variants.map((variant) => sample(fault, method, variant)));
    const fitted = fitLogistic(from('low_traffic'));
    report(method, fitted, from('high_traffic'));
  }
  await fitFirstToDeviate();
}
