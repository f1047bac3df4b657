import { componentOf, componentOfIncident } from '../../../core/incidents/component.ts';
import { simulateFleet } from '../../../core/simulator/simulate-fleet.ts';
import { BUILT_WITH, KEPT_BACK, type LabelledName } from './labelled-names.ts';
import { labelledIncidents } from './simulated-incidents.ts';

interface ComponentsBenchOptions {
  readonly out: (line: string) => void;
}

interface Share {
  readonly right: number;
  readonly of: number;
}

export interface ComponentsBenchResult {
  readonly names: Readonly<Record<string, Share>>;
  /** By the signals that a plain rule finds in the values, and by those of the labels. */
  readonly incidents: Readonly<Record<'shown' | 'told', Readonly<Record<string, Share>>>>;
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

const shareOf = (rights: readonly boolean[]): Share => ({
  right: rights.filter(Boolean).length,
  of: rights.length,
});

const isRight = (name: LabelledName): boolean => componentOf(name) === name.component;

/** As of alarms and metrics that name none. */
const withoutNamespace = ({ namespace: _, ...name }: LabelledName): LabelledName => name;

const scoreIncidents = (signals: 'shown' | 'told'): Record<string, Share> => {
  const scored = labelledIncidents(simulateFleet(FLEET), signals).map(({ kind, expected, incident }) => ({
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

/** How often the component of a metric, an alarm or a simulated incident is the labelled one. */
export const runComponentsBench = ({ out }: ComponentsBenchOptions): ComponentsBenchResult => {
  const names = {
    'names the rules were written with': shareOf(BUILT_WITH.map(isRight)),
    'names kept back': shareOf(KEPT_BACK.map(isRight)),
    'names kept back, without namespace': shareOf(KEPT_BACK.map(withoutNamespace).map(isRight)),
  };
  const incidents = { shown: scoreIncidents('shown'), told: scoreIncidents('told') };
  const wrongNames = [...BUILT_WITH, ...KEPT_BACK]
    .filter((name) => !isRight(name))
    .map((name) =>
      `${name.namespace ?? ''} ${name.name}: ${componentOf(name)}, not ${name.component}`.trim(),
    );
  for (const line of ['metric and alarm names', ...Object.entries(names).map(describe)]) out(line);
  for (const line of [
    '',
    'simulated incidents, by what shows',
    ...Object.entries(incidents.shown).map(describe),
  ])
    out(line);
  for (const line of [
    '',
    'the same, by what they are labelled to do',
    ...Object.entries(incidents.told).map(describe),
  ])
    out(line);
  for (const line of ['', 'wrong:', ...wrongNames.map((wrong) => `  ${wrong}`)]) out(line);
  return { names, incidents, wrongNames };
};

if (import.meta.main) runComponentsBench({ out: (line) => process.stdout.write(`${line}\n`) });
