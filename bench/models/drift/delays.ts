/** Days from the start of an injected drift to its alarm. */
import { asksForRetraining } from '../../../core/models/drift/drift-report.ts';
import { DRIFT_KINDS, type DriftKind } from '../../../core/models/drift/finding.ts';
import { randomStream } from '../../../core/simulator/random.ts';
import { sampleOf } from '../../shared/bench-options.ts';
import type { FleetSeries, Half } from '../shared/fleet-series.ts';
import { INJECTED_KINDS, injectDrift } from './injected-drift.ts';
import { resampledMachines, seasonalServers } from './stable-fleets.ts';
import { type WatchPlan, watchFleet } from './watch-fleet.ts';

/** The drift begins on the first watched day and is looked for for three weeks. */
const PLAN: WatchPlan = { referenceDays: 28, from: 42, to: 63, losses: true };
const SEEDS = { 'chosen-on': 31, 'judged-on': 41 } as const;
const SIZES = [0.5, 1, 2];
const SHARES = [1 / 3, 1];
const SERVERS = 16;
const MACHINE_SERIES = 48;

export interface DelayFigures {
  readonly drift: string;
  /** Usual spreads. */
  readonly size: number;
  readonly share: number;
  readonly fleets: number;
  readonly found: number;
  /** Most days to the first alarm, of the fleets in which it came; NaN if in none. */
  readonly slowestDays: number;
  /** Fleets in which each kind of finding alarmed. */
  readonly by: Readonly<Record<DriftKind, number>>;
}

const inject = (
  fleet: readonly FleetSeries[],
  drift: string,
  size: number,
  share: number,
): readonly FleetSeries[] =>
  fleet.map((one) =>
    randomStream(5, 'drifts', one.targetId, one.metric).uniform() < share
      ? injectDrift(one, drift, size, PLAN.from)
      : one,
  );

const delayFigures = (
  fleets: readonly (readonly FleetSeries[])[],
  drift: string,
  size: number,
  share: number,
): DelayFigures => {
  const watches = fleets.map((fleet) => watchFleet(inject(fleet, drift, size, share), PLAN).reports);
  const delays = watches
    .map((reports) => 1 + reports.findIndex(asksForRetraining))
    .filter((days) => days > 0);
  const countOf = (kind: DriftKind) =>
    [
      kind,
      watches.filter((reports) =>
        reports.some(({ findings }) => findings.some((one) => one.kind === kind && one.severity !== 'info')),
      ).length,
    ] as const;
  return {
    ...{ drift, size, share, fleets: fleets.length, found: delays.length },
    slowestDays: delays.length === 0 ? Number.NaN : Math.max(...delays),
    by: Object.fromEntries(DRIFT_KINDS.map(countOf)) as Record<DriftKind, number>,
  };
};

/** Injects every kind and size of drift into a simulated fleet and, with data, into real machines. */
export const allDelays = (data: string, half: Half, quick: boolean): DelayFigures[] => {
  const seed = SEEDS[half];
  const machines = quick ? [] : sampleOf(resampledMachines(data, half, PLAN.to, seed), MACHINE_SERIES);
  const simulated = seasonalServers(seed, quick ? 2 : SERVERS, PLAN.to + 1);
  const fleets = [simulated, machines].filter((fleet) => fleet.length > 0);
  return (quick ? INJECTED_KINDS.slice(0, 1) : INJECTED_KINDS).flatMap((drift) =>
    (quick ? [2] : SIZES).flatMap((size) =>
      (quick ? [1] : SHARES).map((share) => delayFigures(fleets, drift, size, share)),
    ),
  );
};
