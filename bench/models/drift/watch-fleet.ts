/** Daily checks of a fleet for drift, as a deployment would make them. */
import {
  calibrationDrift,
  NO_CALIBRATION_EVIDENCE,
  watchCoverage,
} from '../../../core/models/drift/calibration-drift.ts';
import { referenceWindow } from '../../../core/models/drift/comparable-samples.ts';
import {
  conceptDrift,
  lossBaseline,
  NO_CONCEPT_EVIDENCE,
  watchLosses,
} from '../../../core/models/drift/concept-drift.ts';
import { BASELINE_DAYS, dailyBaseline } from '../../../core/models/drift/daily-baseline.ts';
import { dataDrift } from '../../../core/models/drift/data-drift.ts';
import { type DriftReport, driftReport } from '../../../core/models/drift/drift-report.ts';
import { mean } from '../../../core/shared/maths/averages.ts';
import { daysOf, type FleetSeries, STEPS_PER_DAY } from '../shared/fleet-series.ts';
import { type FrozenModel, trainFrozen } from './frozen-model.ts';

const WEEK = 7;

/** Days of a watch: the model learns from the first ones, and drift is looked for after each day from `from` on. */
export interface WatchPlan {
  readonly referenceDays: number;
  readonly from: number;
  readonly to: number;
  /** False if losses and coverage are not watched: their baseline takes two weeks after the reference. */
  readonly losses: boolean;
}

/** The report after each day, and the series that were found changed in any. */
export interface Watch {
  readonly reports: readonly DriftReport[];
  readonly changedSeries: number;
}

interface Scored {
  readonly losses: ReadonlyMap<string, number>;
  readonly covered: number;
}

const nameOf = ({ targetId, metric }: FleetSeries): string => `${targetId} ${metric}`;

const scoreDay = (fleet: readonly FleetSeries[], models: readonly FrozenModel[], day: number): Scored => {
  const losses = new Map<string, number>();
  const covered: number[] = [];
  for (const [i, one] of fleet.entries()) {
    const { start, values } = daysOf(one.series, day, day + 1);
    const score = models[i]!(start, values);
    if (score === null) continue;
    losses.set(nameOf(one), score.loss);
    covered.push(score.covered);
  }
  return { losses, covered: mean(covered) };
};

/** The findings about losses and coverage after each day from `plan.from` on. */
const watchScores = (fleet: readonly FleetSeries[], { referenceDays, from, to }: WatchPlan) => {
  const models = fleet.map(({ series }) => trainFrozen(daysOf(series, 0, referenceDays)));
  const days = Array.from({ length: to - referenceDays }, (_, d) =>
    scoreDay(fleet, models, referenceDays + d),
  );
  const first = days.slice(0, BASELINE_DAYS);
  const losses = lossBaseline(first.map((day) => day.losses));
  const coverage = dailyBaseline(first.map((day) => day.covered));
  if (losses === null || coverage === null) return [];
  let [concept, calibration] = [NO_CONCEPT_EVIDENCE, NO_CALIBRATION_EVIDENCE];
  const findings = days.slice(BASELINE_DAYS).map((day) => {
    concept = watchLosses(concept, losses, day.losses);
    calibration = watchCoverage(calibration, coverage, day.covered);
    return [conceptDrift(concept), calibrationDrift(calibration, coverage)];
  });
  return findings.slice(from - referenceDays - BASELINE_DAYS);
};

/** Watches a fleet whose series all have `plan.to` whole days. */
export const watchFleet = (fleet: readonly FleetSeries[], plan: WatchPlan): Watch => {
  const scores = plan.losses ? watchScores(fleet, plan) : [];
  const references = fleet.map(({ series }) => referenceWindow(daysOf(series, 0, plan.referenceDays)));
  const changed = new Set<string>();
  const reports = Array.from({ length: plan.to - plan.from }, (_, d) => {
    const end = plan.from + d + 1;
    const watched = fleet.map(({ series, ...of }, i) => ({
      ...of,
      reference: references[i]!,
      current: daysOf(series, end - WEEK, end),
    }));
    const data = dataDrift(watched);
    for (const { targetId, metric } of data.changed) changed.add(`${targetId} ${metric}`);
    return driftReport('frozen', end * STEPS_PER_DAY, [...data.findings, ...(scores[d] ?? [])]);
  });
  return { reports, changedSeries: changed.size };
};
