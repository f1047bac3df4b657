import { chunksOf } from '../../../core/shared/in-parallel.ts';
import { type ManagedService, STEP_SECONDS } from '../../../core/simulator/managed/managed-service.ts';
import { FleetOperator, type WayOfWorking } from './fleet-operator.ts';
import type { FleetCourse } from './outcome.ts';
import { SharedForecasts } from './watched-service.ts';

const HOUR_STEPS = 12;
const DAY_STEPS = 24 * HOUR_STEPS;

/** Times are epoch seconds. */
export interface Span {
  readonly steps: number;
  /** Services of an environment, which has limits, a ledger and a record of its own. */
  readonly perEnvironment: number;
  readonly start: number;
  /** Forecasts and actions begin then; before it, values are only measured. */
  readonly from: number;
  /** Called after each day of the courses so far. */
  readonly afterDay?: (day: number, courses: readonly FleetCourse[]) => void;
}

const merged = (courses: readonly FleetCourse[]): FleetCourse => ({
  beyond: new Map(courses.flatMap(({ beyond }) => [...beyond])),
  actions: courses.flatMap(({ actions }) => actions),
});

const takeStep = (operator: FleetOperator, now: number, isHour: boolean): void => {
  operator.proceed(now);
  if (isHour) operator.forecast(now);
  operator.notice(now);
};

/** The same fleet under Forestall in several ways of working, which share the forecasts that do not differ. */
export const underForestall = (
  fleet: () => readonly ManagedService[],
  ways: readonly WayOfWorking[],
  { steps, perEnvironment, start, from, afterDay }: Span,
): readonly FleetCourse[] => {
  const shared = new Map(fleet().map(({ id }) => [id, new SharedForecasts()]));
  const environments = ways.map((way) =>
    chunksOf(perEnvironment, fleet()).map((services) => new FleetOperator(services, way, shared)),
  );
  const courses = () => environments.map((operators) => merged(operators.map(({ course }) => course)));
  for (let step = 0; step < steps; step++) {
    const now = start + step * STEP_SECONDS;
    for (const operator of environments.flat()) {
      operator.measure(now);
      if (now >= from) takeStep(operator, now, step % HOUR_STEPS === 0);
    }
    if ((step + 1) % DAY_STEPS === 0) afterDay?.((step + 1) / DAY_STEPS, courses());
  }
  return courses();
};
