import { type ManagedService, STEP_SECONDS } from '../../../core/simulator/managed/managed-service.ts';
import { FleetOperator, type WayOfWorking } from './fleet-operator.ts';
import type { FleetCourse } from './outcome.ts';
import { SharedForecasts } from './watched-service.ts';

const HOUR_STEPS = 12;

/** Times are epoch seconds. */
export interface Span {
  readonly steps: number;
  readonly start: number;
  /** Forecasts and actions begin then; before it, values are only measured. */
  readonly from: number;
}

/** The same fleet under Forestall in several ways of working, which share the forecasts that do not differ. */
export const underForestall = (
  fleet: () => readonly ManagedService[],
  ways: readonly WayOfWorking[],
  { steps, start, from }: Span,
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
  }
  return operators.map(({ course }) => course);
};
