import type { Stretch } from '../../../core/simulator/managed/fault-plan.ts';
import type { ManagedService } from '../../../core/simulator/managed/managed-service.ts';

/** One action in the simulated fleet. Times are epoch seconds. */
export interface DoneAction {
  readonly service: string;
  readonly at: number;
  readonly verdict: 'avoided' | 'unproven' | 'no-effect' | 'worse' | 'unknown';
  readonly isUndone: boolean;
}

/** What happened to a fleet under one way of working. */
export interface FleetCourse {
  /** Steps beyond the limit, by service: epoch seconds. */
  readonly beyond: ReadonlyMap<string, readonly number[]>;
  readonly actions: readonly DoneAction[];
}

export interface Figures {
  readonly faults: number;
  /** Faults that breached without any action. */
  readonly breaches: number;
  readonly avoided: number;
  /** Minutes beyond the limit, of all services. */
  readonly minutesBeyond: number;
  readonly actions: number;
  /** Actions without a fault in progress, or about to begin. */
  readonly falseActions: number;
  /** Minutes beyond the limit that there would not have been without actions. */
  readonly harmMinutes: number;
  readonly undone: number;
  /** Median hours from the first action in a fault to the breach that it avoided. */
  readonly leadHours: number;
  readonly provenSuccesses: number;
}

/** Two steps in a row: one is noise. */
const isBreach = (steps: readonly number[]): boolean => steps.some((at, i) => steps[i + 1] === at + 300);

const within = (steps: readonly number[], { start, end }: Stretch): readonly number[] =>
  steps.filter((at) => at >= start && at < end);

const medianOf = (values: readonly number[]): number =>
  values.length === 0 ? Number.NaN : values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;

/** Compares a course with that of the same fleet to which nothing was done. */
export const figuresOf = (
  services: readonly ManagedService[],
  course: FleetCourse,
  without: FleetCourse,
  span: { readonly start: number; readonly end: number },
): Figures => {
  const faults = services.flatMap(({ id, stretches }) =>
    stretches.filter(({ isFault, end }) => isFault && end <= span.end).map((stretch) => ({ id, stretch })),
  );
  const stepsOf = (which: FleetCourse, id: string) => which.beyond.get(id) ?? [];
  const breached = faults.filter(({ id, stretch }) => isBreach(within(stepsOf(without, id), stretch)));
  const avoided = breached.filter(({ id, stretch }) => !isBreach(within(stepsOf(course, id), stretch)));
  const leads = avoided.flatMap(({ id, stretch }) => {
    const first = course.actions.find(
      ({ service, at }) => service === id && at >= stretch.start && at < stretch.end,
    );
    const breachAt = within(stepsOf(without, id), stretch)[0]!;
    return first === undefined ? [] : [(breachAt - first.at) / 3600];
  });
  const isFalse = ({ service, at }: DoneAction): boolean =>
    !faults.some(({ id, stretch }) => id === service && at >= stretch.start && at < stretch.end) &&
    !services.some(
      ({ id, stretches }) =>
        id === service && stretches.some((s) => s.isFault && at >= s.start && at < s.end),
    );
  const total = (steps: FleetCourse) =>
    [...steps.beyond.values()].reduce((sum, { length }) => sum + length, 0);
  const harm = services.reduce((sum, { id }) => {
    const before = new Set(stepsOf(without, id));
    return sum + stepsOf(course, id).filter((at) => !before.has(at)).length;
  }, 0);
  return {
    ...{ faults: faults.length, breaches: breached.length, avoided: avoided.length },
    ...{ minutesBeyond: total(course) * 5, harmMinutes: harm * 5 },
    ...{ actions: course.actions.length, falseActions: course.actions.filter(isFalse).length },
    undone: course.actions.filter(({ isUndone }) => isUndone).length,
    leadHours: medianOf(leads),
    provenSuccesses: course.actions.filter(({ verdict }) => verdict === 'avoided').length,
  };
};
