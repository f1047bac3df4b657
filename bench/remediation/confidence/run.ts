/**
 * Measures whether stated confidences are as high as the share of real problems, for each kind of cause that states one:
 * `node bench/remediation/confidence/run.ts [--data DIR]`. The table of `problem-confidence.ts` is read off the first
 * seeds; the second ones judge it.
 */
import { parseArgs } from 'node:util';
import { MIN_CONFIDENCE } from '../../../core/remediation/policy.ts';
import { monotoneKnots, reliabilityTable, shareRealAbove } from './reliability-table.ts';
import { namedCauses, proposedRollbacks, type StatedCase, warnedHours } from './stated-cases.ts';

const FIT = { warnings: 21, causes: 301, deployments: 12 } as const;
const JUDGED_BY = { warnings: 22, causes: 401, deployments: 13 } as const;
const FULL = { services: 36, days: 35, rounds: 2, good: 150, badPerHarm: 8, servers: 40 } as const;
const QUICK = { services: 3, days: 17, rounds: 1, good: 3, badPerHarm: 1, servers: 20 } as const;

type Seeds = Readonly<Record<keyof typeof FIT, number>>;

const SOURCES = {
  'predicted-breach': (size: typeof FULL | typeof QUICK, seeds: Seeds) =>
    warnedHours(seeds.warnings, size.services, size.days),
  incident: (size: typeof FULL | typeof QUICK, seeds: Seeds) => namedCauses(seeds.causes, size.rounds),
  'unhealthy-deployment': (size: typeof FULL | typeof QUICK, seeds: Seeds, data: string) =>
    proposedRollbacks(data, seeds.deployments, size),
} as const;

const print = (title: string, cases: readonly StatedCase[], out: (line: string) => void): void => {
  out(`\n${title}: ${cases.length} cases`);
  for (const { from, to, cases: count, stated, observed } of reliabilityTable(cases))
    out(`${from.toFixed(2)}-${to.toFixed(2)}  ${String(count).padStart(5)}  stated ${stated.toFixed(3)}  real ${observed.toFixed(3)}`);
  out(`above ${MIN_CONFIDENCE}: real ${shareRealAbove(cases, MIN_CONFIDENCE).toFixed(3)}`);
};

export interface ConfidenceBenchOptions {
  readonly data: string;
  readonly quick?: boolean;
  readonly only?: string | undefined;
  readonly out: (line: string) => void;
}

/** Prints the tables of both sets of seeds, and the knots of the first; returns the cases of the second. */
export const runConfidenceBench = async ({ data, quick = false, only, out }: ConfidenceBenchOptions) => {
  const size = quick ? QUICK : FULL;
  const judged: Record<string, readonly StatedCase[]> = {};
  for (const [kind, source] of Object.entries(SOURCES)) {
    if (only !== undefined && only !== kind) continue;
    const fitted = await source(size, FIT, data);
    print(`${kind}, fitted`, fitted, out);
    const knots = monotoneKnots(fitted);
    out(knots.map(({ stated, observed }) => `${stated.toFixed(2)} → ${observed.toFixed(2)}`).join(', '));
    judged[kind] = await source(size, JUDGED_BY, data);
    print(`${kind}, judged`, judged[kind], out);
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
