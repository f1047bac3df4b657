import { componentOf, componentOfIncident } from '../../../core/incidents/component.ts';
import type { Fleet } from '../../../core/simulator/fleet.ts';
import { simulateFleet } from '../../../core/simulator/simulate-fleet.ts';
import type { BenchOptions } from '../../shared/bench-options.ts';
import { HELD_OUT_NAMES, type LabelledName, TRAINING_NAMES } from './labelled-names.ts';
import { labelledIncidents, type SignalSource } from './simulated-incidents.ts';

interface Share {
  readonly right: number;
  readonly of: number;
}

export interface ComponentsBenchResult {
  readonly names: Readonly<Record<string, Share>>;
  /** By the signals that a simple rule detects in the values, and by those of the labels. */
  readonly incidents: Readonly<Record<SignalSource, Readonly<Record<string, Share>>>>;
  readonly wrongNames: readonly string[];
}

const FLEET = {
  seed: 20_262,
  servers: 80,
  days: 14,
  stepSeconds: 300,
  endAt: 1_790_000_000,
  incidents: 120,
} as const;
const QUICK_FLEET = { ...FLEET, servers: 20, days: 3, incidents: 6 } as const;

const shareOf = (rights: readonly boolean[]): Share => ({
  right: rights.filter(Boolean).length,
  of: rights.length,
});

const isRight = (name: LabelledName): boolean => componentOf(name) === name.component;

const withoutNamespace = ({ namespace: _, ...name }: LabelledName): LabelledName => name;

const scoreIncidents = (fleet: Fleet, signals: SignalSource): Record<string, Share> => {
  const scored = labelledIncidents(fleet, signals).map(({ kind, expected, incident }) => ({
    kind,
    right: componentOfIncident(incident) === expected,
  }));
  const byKind = Object.groupBy(scored, ({ kind }) => kind);
  const kinds = Object.entries(byKind).map(
    ([kind, all]) => [kind, shareOf(all.map(({ right }) => right))] as const,
  );
  return { ...Object.fromEntries(kinds.toSorted()), all: shareOf(scored.map(({ right }) => right)) };
};

const describe = ([name, { right, of }]: readonly [string, Share]): string =>
  `  ${name.padEnd(40)} ${String(right).padStart(4)} of ${String(of).padStart(4)}   ${((100 * right) / of).toFixed(1).padStart(5)} %`;

/** Measures how often the component of a metric, an alarm or a simulated incident matches its label. */
export const runComponentsBench = ({ quick, out }: Omit<BenchOptions, 'data'>): ComponentsBenchResult => {
  const fleet = simulateFleet(quick ? QUICK_FLEET : FLEET);
  const names = {
    'names used to write the rules': shareOf(TRAINING_NAMES.map(isRight)),
    'held-out names': shareOf(HELD_OUT_NAMES.map(isRight)),
    'held-out names, without namespace': shareOf(HELD_OUT_NAMES.map(withoutNamespace).map(isRight)),
  };
  const incidents = {
    detected: scoreIncidents(fleet, 'detected'),
    labelled: scoreIncidents(fleet, 'labelled'),
  };
  const wrongNames = [...TRAINING_NAMES, ...HELD_OUT_NAMES]
    .filter((name) => !isRight(name))
    .map((name) =>
      `${name.namespace ?? ''} ${name.name}: ${componentOf(name)}, not ${name.component}`.trim(),
    );
  for (const line of ['metric and alarm names', ...Object.entries(names).map(describe)]) out(line);
  for (const line of [
    '',
    'simulated incidents, by detected signals',
    ...Object.entries(incidents.detected).map(describe),
  ])
    out(line);
  for (const line of [
    '',
    'simulated incidents, by labelled signals',
    ...Object.entries(incidents.labelled).map(describe),
  ])
    out(line);
  for (const line of ['', 'wrong:', ...wrongNames.map((wrong) => `  ${wrong}`)]) out(line);
  return { names, incidents, wrongNames };
};

if (import.meta.main) runComponentsBench({ out: (line) => process.stdout.write(`${line}\n`) });
