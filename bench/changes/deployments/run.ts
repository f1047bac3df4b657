import { writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { seededRandom } from '../../shared/seeded-random.ts';
import { drawCase, HARMS, showing } from './cases.ts';
import { type CaseResult, CHECKS, figuresOf, type GroupFigures, runCase } from './measure.ts';
import { applicationWorld, machineWorld, simulatedWorld, type World } from './worlds.ts';

const FULL = { good: 100, badPerHarm: 12, servers: 40 };
const QUICK = { good: 4, badPerHarm: 1, servers: 20 };
type Size = typeof FULL;
const DAYS = 10;

const casesOf = (world: World, seed: number, { good, badPerHarm }: Size): CaseResult[] => {
  const random = seededRandom(seed);
  const none = { kind: 'none', size: 0 } as const;
  const times = <Result>(count: number, make: () => Result) => Array.from({ length: count }, make);
  const bad = HARMS.filter((harm) => showing(world, harm).length > 0);
  return [
    ...times(good, () => runCase(drawCase(world, random, none, false), 'good')),
    ...times(good / 2, () => runCase(drawCase(world, random, none, true), 'good, all surge')),
    ...bad.flatMap((harm) =>
      times(badPerHarm, () => runCase(drawCase(world, random, harm, false), `${harm.kind} ${harm.size}`)),
    ),
  ];
};

const percent = (share: number): string => `${(100 * share).toFixed(0)} %`.padStart(5);
const at = (name: string): string[] => CHECKS.map((minutes) => `${name} ${minutes}'`);

const print = (title: string, figures: readonly GroupFigures[], out: (line: string) => void): void => {
  out(`\n${title}`);
  out(['deployment'.padEnd(16), 'cases', ...at('AUC'), ...at('found'), 'doubted', ...at('score')].join('  '));
  for (const { label, cases, auc, found, doubted, meanHealth } of figures) {
    const cells = [
      label.padEnd(16),
      String(cases).padStart(5),
      ...auc.map((value) => value.toFixed(3)),
      ...found.map((share) => percent(share).padStart(8)),
      percent(doubted),
      ...meanHealth.map((value) => value.toFixed(0).padStart(8)),
    ];
    out(cells.join('  '));
  }
};

const worldsOf = (
  data: string | undefined,
  steps: readonly number[],
  seeds: readonly number[],
  { servers }: Size,
) => [
  ...steps.map((step) => ({
    title: `Simulated fleets, points every ${step} s`,
    make: (seed: number) => simulatedWorld(seed, servers, DAYS, step),
    seeds,
  })),
  ...(data === undefined
    ? []
    : [
        { title: 'Virtual machines (Bitbrains)', make: () => machineWorld(data), seeds },
        {
          title: 'An application, low traffic (PetShop)',
          make: () => applicationWorld(data, 'low_traffic'),
          seeds,
        },
        {
          title: 'An application, high traffic (PetShop)',
          make: () => applicationWorld(data, 'high_traffic'),
          seeds,
        },
      ]),
];

interface DeploymentsBenchOptions {
  /** Directory of open data; without it, only simulated fleets are used. */
  readonly data?: string | undefined;
  readonly quick?: boolean | undefined;
  readonly seeds?: readonly number[];
  /** Seconds between the points of the simulated fleets. */
  readonly steps?: readonly number[];
  readonly out: (line: string) => void;
}

/** Prints how well the health score separates harmful from harmless deployments; returns the figures by kind of fleet. */
export const runDeploymentsBench = ({
  data,
  quick,
  seeds: given = quick ? [2] : [2, 3],
  steps = [300],
  out,
}: DeploymentsBenchOptions): Record<string, readonly GroupFigures[]> => {
  const size = quick ? QUICK : FULL;
  const all: Record<string, readonly GroupFigures[]> = {};
  for (const { title, make, seeds } of worldsOf(data || undefined, steps, given, size)) {
    const results = seeds.flatMap((seed) => {
      const world = make(seed);
      return world === undefined ? [] : casesOf(world, seed, size);
    });
    if (results.length === 0) continue;
    all[title] = figuresOf(results);
    print(title, all[title], out);
  }
  return all;
};

const main = (): void => {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string', default: '2,3' },
      steps: { type: 'string', default: '300' },
      data: { type: 'string' },
      json: { type: 'string' },
    },
  });
  const numbers = (text: string): number[] => (text === '' ? [] : text.split(',').map(Number));
  const { data, json } = values;
  const [seeds, steps] = [numbers(values.seeds), numbers(values.steps)];
  const figures = runDeploymentsBench({ data, seeds, steps, out: (line) => console.log(line) });
  if (json !== undefined) writeFileSync(json, `${JSON.stringify(figures, null, 2)}\n`);
};

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) main();
