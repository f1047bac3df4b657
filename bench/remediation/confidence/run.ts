/**
 * Measures whether stated confidences are as high as the share of real problems, for each kind of cause that states one:
 * `forestall bench confidence [--data DIR]`, or `node bench/remediation/confidence/run.ts --only KIND`. The table of
 * `core/remediation/choosing/problem-confidence.ts` is read off the first seeds; the second ones judge it.
 */
import { parseArgs } from 'node:util';
import { problemConfidence } from '../../../core/remediation/choosing/problem-confidence.ts';
import { MIN_CONFIDENCE } from '../../../core/remediation/policy.ts';
import { fitLogistic, reliabilityTable, shareRealAbove } from './reliability-table.ts';
import { namedCauses, proposedRollbacks, type StatedCase, warnedHours } from './stated-cases.ts';

const FIT = { warnings: [21, 23], causes: 301, deployments: 12 } as const;
const JUDGED_BY = { warnings: [22], causes: 401, deployments: 13 } as const;
/** Stated confidences at which the fit is printed: the knots of the table. */
const KNOTS = [0.3, 0.5, 0.7, 0.8, 0.85, 0.9, 0.95, 0.98, 0.99, 0.995, 1];
const FULL = { services: 36, days: 35, rounds: 2, good: 150, badPerHarm: 8, servers: 40 } as const;
const QUICK = { services: 3, days: 17, rounds: 1, good: 3, badPerHarm: 1, servers: 20 } as const;

type Size = typeof FULL | typeof QUICK;
type Seeds = typeof FIT | typeof JUDGED_BY;

const SOURCES = {
  'predicted-breach': (size: Size, seeds: Seeds) =>
    seeds.warnings.flatMap((seed) => warnedHours(seed, size.services, size.days)),
  incident: (size: Size, seeds: Seeds) => namedCauses(seeds.causes, size.rounds),
  'unhealthy-deployment': (size: Size, seeds: Seeds, data: string) =>
    proposedRollbacks(data, seeds.deployments, size),
} as const;

const KINDS = ['predicted-breach', 'incident', 'unhealthy-deployment'] as const;

/** Left out of a quick run: `bench diagnose --quick` runs the same. */
const SLOW = 'incident';

const print = (title: string, cases: readonly StatedCase[], out: (line: string) => void): void => {
  out(`\n${title}: ${cases.length} cases`);
  for (const { from, to, cases: count, stated, observed } of reliabilityTable(cases))
    out(
      `${from.toFixed(2)}-${to.toFixed(2)}  ${String(count).padStart(5)}  stated ${stated.toFixed(3)}  real ${observed.toFixed(3)}`,
    );
  out(`above ${MIN_CONFIDENCE}: real ${shareRealAbove(cases, MIN_CONFIDENCE).toFixed(3)}`);
};

export interface ConfidenceBenchOptions {
  readonly data: string;
  readonly quick?: boolean | undefined;
  readonly only?: string | undefined;
  readonly out: (line: string) => void;
}

/** Prints the tables of both sets of seeds, and the fit of the first; returns the cases of the second. */
export const runConfidenceBench = async ({ data, quick = false, only, out }: ConfidenceBenchOptions) => {
  const size = quick ? QUICK : FULL;
  const judged: Record<string, readonly StatedCase[]> = {};
  for (const kind of KINDS) {
    const source = SOURCES[kind];
    if (only === undefined ? quick && kind === SLOW : only !== kind) continue;
    const fitted = await source(size, FIT, data);
    print(`${kind}, fitted`, fitted, out);
    const probabilityOf = fitLogistic(fitted);
    out(
      `logistic fit: ${KNOTS.map((stated) => `${stated} → ${probabilityOf(stated).toFixed(2)}`).join(', ')}`,
    );
    const others = await source(size, JUDGED_BY, data);
    judged[kind] = others;
    print(`${kind}, judged`, others, out);
    const mapped = others.map((each) => ({ ...each, stated: problemConfidence(kind, each.stated) }));
    print(`${kind}, judged, as the product maps it`, mapped, out);
  }
  return judged;
};

if (import.meta.main) {
  const { values } = parseArgs({
    options: { data: { type: 'string' }, only: { type: 'string' }, quick: { type: 'boolean' } },
  });
  const { data = '', only, quick = false } = values;
  await runConfidenceBench({ data, only, quick, out: (line) => process.stdout.write(`${line}\n`) });
}
