import { writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { seededRandom } from '../detect/seeded-random.ts';
import { drawCase, HARMS, makeWorld } from './cases.ts';
import { type CaseResult, CHECKS, figuresOf, type GroupFigures, runCase } from './measure.ts';

const GOOD_PER_WORLD = 150;
const BAD_PER_HARM = 12;

const simulated = (seed: number, stepSeconds: number): CaseResult[] => {
  const world = makeWorld(seed, 40, 10, stepSeconds);
  const random = seededRandom(seed * 31 + stepSeconds);
  const none = { kind: 'none', size: 0 } as const;
  const good = Array.from({ length: GOOD_PER_WORLD }, () =>
    runCase(drawCase(world, random, none, false), 'good'),
  );
  const wide = Array.from({ length: GOOD_PER_WORLD / 3 }, () =>
    runCase(drawCase(world, random, none, true), 'good, fleet-wide surge'),
  );
  const bad = HARMS.flatMap((harm) =>
    Array.from({ length: BAD_PER_HARM }, () =>
      runCase(drawCase(world, random, harm, false), `${harm.kind} ${harm.size}`),
    ),
  );
  return [...good, ...wide, ...bad];
};

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

const print = (title: string, figures: readonly GroupFigures[], out: (line: string) => void): void => {
  out(`\n${title}`);
  out(
    [
      'deployment'.padEnd(24),
      'cases',
      ...CHECKS.map((m) => `AUC@${m}`),
      ...CHECKS.map((m) => `found@${m}`),
      'doubted',
      ...CHECKS.map((m) => `health@${m}`),
    ].join('  '),
  );
  for (const { label, cases, auc, found, doubted, meanHealth } of figures) {
    const cells = [
      label.padEnd(24),
      String(cases).padStart(5),
      ...auc.map((value) => value.toFixed(3)),
      ...found.map((share) => percent(share).padStart(7)),
      percent(doubted),
      ...meanHealth.map((value) => value.toFixed(0).padStart(4)),
    ];
    out(cells.join('  '));
  }
};

const main = (): void => {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string', default: '101,102,103' },
      step: { type: 'string', default: '60,300' },
      json: { type: 'string' },
    },
  });
  const figures: Record<string, readonly GroupFigures[]> = {};
  for (const step of values.step.split(',').map(Number)) {
    const results = values.seeds.split(',').flatMap((seed) => simulated(Number(seed), step));
    figures[`simulated, ${step} s`] = figuresOf(results);
    print(`Simulated fleets, points every ${step} s`, figures[`simulated, ${step} s`]!, (line) =>
      console.log(line),
    );
  }
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(figures, null, 2)}\n`);
};

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) main();
