/** Counts what arrives from a tenant, as the silence check sees it. Times in epoch seconds. */

import { intervalOf } from '../../metrics/reporting/reporting-pattern.ts';
import { stateOf } from '../../metrics/reporting/target-report.ts';
import { HOUR_SECONDS, hourOf } from '../../shared/time.ts';
import type { HourPoints } from '../ingestion-summary.ts';
import type { Activity } from './activity.ts';

const KEPT_HOURS = 24;
/** A metric with fewer points in two hours is not expected in each of them. */
const MIN_POINTS = 4;

/** Points of the last complete hour, received and expected from the metrics that come at least every half hour. */
export const pointsOfHour = ({ points }: Activity, hour: number): HourPoints => {
  const [from, until] = [hour * HOUR_SECONDS, (hour + 1) * HOUR_SECONDS];
  let [received, expected] = [0, 0];
  for (const timestamps of points.values()) {
    const interval = intervalOf(timestamps);
    if (interval === undefined || timestamps.length < MIN_POINTS) continue;
    const due = Math.floor(HOUR_SECONDS / interval);
    expected += due;
    received += Math.min(due, timestamps.filter((at) => at >= from && at < until).length);
  }
  return { hour, received, expected };
};

/** Sums of what one check sees of each target. */
export class IngestionTally {
  readonly #now: number;
  readonly #hour: number;
  readonly #lateTargets = new Set<string>();
  #received = 0;
  #expected = 0;
  #active = 0;

  constructor(now: number) {
    this.#now = now;
    this.#hour = hourOf(now) - 1;
  }

  add(activity: Activity): void {
    const { received, expected } = pointsOfHour(activity, this.#hour);
    this.#received += received;
    this.#expected += expected;
    this.#active++;
    const state = stateOf(this.#now - activity.lastPoint, activity);
    if (state !== 'reporting') this.#lateTargets.add(activity.targetId);
  }

  /** Targets whose report is overdue, silent ones excluded. */
  late(silent: ReadonlySet<string>): number {
    return [...this.#lateTargets].filter((id) => !silent.has(id)).length;
  }

  /**
   * The hours kept before, and the one that ended last. A silent target counts as an average one.
   * @param unseen the number of silent targets that were not added
   */
  hours(before: readonly HourPoints[], unseen: number): readonly HourPoints[] {
    const average = this.#active === 0 ? 0 : this.#expected / this.#active;
    const missed = this.#active === 0 ? (before.at(-1)?.expected ?? 0) : Math.round(average * unseen);
    const last = { hour: this.#hour, received: this.#received, expected: this.#expected + missed };
    const kept = before.filter(({ hour }) => hour < this.#hour && hour > this.#hour - KEPT_HOURS);
    return [...kept, last];
  }
}
