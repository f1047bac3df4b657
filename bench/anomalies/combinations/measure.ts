import type { Alert } from '../../../core/anomalies/announcing/alert.ts';
import {
  packDetectors,
  TargetDetectors,
  unpackDetectors,
} from '../../../core/anomalies/tracking/target-detectors.ts';
import { upperMedian } from '../../../core/shared/maths/averages.ts';
import { HOUR_SECONDS } from '../../../core/shared/time.ts';
import type { ServerMetrics } from '../../../core/simulator/fleet.ts';
import { simulateFleet } from '../../../core/simulator/simulate-fleet.ts';
import { BROKEN_RELATIONS, type BrokenRelation, withBrokenRelation } from './broken-relations.ts';
import { replaySteps, stepAfter } from './simulated-target.ts';

const LEARNING_DAYS = 14;
const CLEAN_DAYS = 30;
const FAULT_HOURS = 6;
const AFTER_HOURS = 12;
/** Hours of the day after learning at which faults begin, one on each server. */
const FAULT_AT_HOURS = [3, 9, 15, 21];
const HOURS_PER_DAY = 24;
const END_AT = Date.UTC(2026, 5, 1) / 1000;

/** Alerts on targets without faults, per target and month of 30 days. */
export interface CleanFigures {
  readonly targetMonths: number;
  readonly ofSeries: number;
  readonly ofCombinations: number;
}

/** Detection of one broken relation within its six hours, as shares of the targets. */
export interface FaultFigures {
  readonly name: string;
  readonly targets: number;
  readonly byCombination: number;
  /** By a metric's own detector. */
  readonly bySeries: number;
  readonly byEither: number;
  /** Share of those found by the combination that name the changed metric. */
  readonly named: number;
  /** Minutes from the onset to the combination's alert. */
  readonly medianDelayMinutes: number;
  /** Minutes from the end of the fault to the announced end of the episode. */
  readonly medianEndMinutes: number;
}

export interface CombinationsBench {
  readonly clean: CleanFigures;
  readonly faults: readonly FaultFigures[];
}

interface Found {
  readonly combination: Alert | undefined;
  readonly series: Alert | undefined;
  /** Epoch seconds. */
  readonly onset: number;
  readonly over: number;
  /** End of the combination's episode; undefined if it lasted longer than half a day. */
  readonly endedAt: number | undefined;
}

const isCombination = ({ parts }: Alert): boolean => 'combination' in parts;

const tryFault = (
  server: ServerMetrics,
  learned: Uint8Array,
  trained: number,
  fault: BrokenRelation,
  onset: number,
): Found => {
  const detectors = unpackDetectors(learned);
  const perHour = 3600 / server.stepSeconds;
  const over = onset + FAULT_HOURS * perHour;
  const valueAt = withBrokenRelation(server, fault, [onset, over]);
  const { alerts, ended } = replaySteps(detectors, server, [trained, over + AFTER_HOURS * perHour], valueAt);
  const at = (index: number): number => server.start + index * server.stepSeconds;
  const within = alerts.filter(({ timestamp }) => timestamp >= at(onset) && timestamp < at(over));
  const combination = within.find(isCombination);
  const isOwn = (alert: { readonly metric: string; readonly timestamp: number }): boolean =>
    alert.metric === combination?.metric && alert.timestamp === combination.timestamp;
  return {
    combination,
    series: within.find((alert) => !isCombination(alert)),
    onset: at(onset),
    over: at(over),
    endedAt: ended.find((episode) => episode.alerts.some(isOwn))?.endedAt,
  };
};

const figuresOf = (fault: BrokenRelation, found: readonly Found[]): FaultFigures => {
  const share = (some: readonly Found[], of: readonly Found[]): number => some.length / of.length;
  const combined = found.filter(({ combination }) => combination !== undefined);
  return {
    name: fault.name,
    targets: found.length,
    byCombination: share(combined, found),
    bySeries: share(
      found.filter(({ series }) => series !== undefined),
      found,
    ),
    byEither: share(
      found.filter(({ series, combination }) => series !== undefined || combination !== undefined),
      found,
    ),
    named: share(
      combined.filter(({ combination }) => combination?.metric === fault.metric),
      combined,
    ),
    medianDelayMinutes: upperMedian(
      combined.map(({ combination, onset }) => ((combination?.timestamp ?? Number.NaN) - onset) / 60),
    ),
    medianEndMinutes: upperMedian(
      combined.map(({ endedAt, over }) => ((endedAt ?? Number.POSITIVE_INFINITY) - over) / 60),
    ),
  };
};

/** Measures alerts on servers without faults after two weeks of learning, and which broken relations are found. */
export const measureCombinations = (seed: number, servers: number): CombinationsBench => {
  const days = LEARNING_DAYS + CLEAN_DAYS;
  const fleet = simulateFleet({ seed, servers, days, stepSeconds: 300, endAt: END_AT, incidents: 0 });
  const cleanAlerts: Alert[] = [];
  const found = BROKEN_RELATIONS.map((): Found[] => []);
  let number = 0;
  for (const server of fleet) {
    const trained = stepAfter(server, LEARNING_DAYS * HOURS_PER_DAY);
    const detectors = new TargetDetectors(Math.floor(server.start / HOUR_SECONDS));
    replaySteps(detectors, server, [0, trained]);
    const learned = packDetectors(detectors);
    const onset = stepAfter(
      server,
      LEARNING_DAYS * HOURS_PER_DAY + FAULT_AT_HOURS[number++ % FAULT_AT_HOURS.length]!,
    );
    BROKEN_RELATIONS.forEach((fault, i) => {
      found[i]!.push(tryFault(server, learned, trained, fault, onset));
    });
    cleanAlerts.push(...replaySteps(detectors, server, [trained, fleet.steps]).alerts);
  }
  const targetMonths = (servers * CLEAN_DAYS) / 30;
  const ofCombinations = cleanAlerts.filter(isCombination).length;
  return {
    clean: {
      targetMonths,
      ofSeries: (cleanAlerts.length - ofCombinations) / targetMonths,
      ofCombinations: ofCombinations / targetMonths,
    },
    faults: BROKEN_RELATIONS.map((fault, i) => figuresOf(fault, found[i]!)),
  };
};
