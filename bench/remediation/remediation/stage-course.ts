import { type ManagedService, STEP_SECONDS } from '../../../core/simulator/managed/managed-service.ts';
import { FleetOperator, type WayOfWorking } from './fleet-operator.ts';
import type { FleetCourse } from './outcome.ts';
import { SharedForecasts } from './watched-service.ts';

const HOUR_STEPS = 12;
const DAY_STEPS = 24 * HOUR_STEPS;

/** Times are epoch seconds. */
export interface Span {
  readonly steps: number;
  readonly start: number;
  /** Forecasts and actions begin then; before it, values are only measured. */
  readonly from: number;
  /** Called after each day of the courses so far. */
  readonly afterDay?: (day: number, courses: readonly FleetCourse[]) => void;
}

/** The same fleet under Forestall in several ways of working, which share the forecasts that do not differ. */
export const underForestall = (
  fleet: () => readonly ManagedService[],
  ways: readonly WayOfWorking[],
  { steps, start, from, afterDay }: Span,
): readonly FleetCourse[] => {
  const shared = new Map(fleet().map(({ id }) => [id, new SharedForecasts()]));
  const operators = ways.map((way) => new FleetOperator(fleet(), way, shared));
  for (let step = 0; step < steps; step++) {
    const now = start + step * STEP_SECONDS;
    for (const operator of operators) {
      operator.measure(now);
      if (now < from) continue;
      operator.proceed(now);
      if (step % HOUR_STEPS === 0) operator.forecast(now);
      operator.notice(now);
    }
    if ((step + 1) % DAY_STEPS === 0)
      afterDay?.(
        (step + 1) / DAY_STEPS,
        operators.map(({ course }) => course),
      );
  }
  return operators.map(({ course }) => course);
};
