/** Ways of working to compare with: to do nothing, and to act when a threshold is crossed. */
import type { ManagedService } from '../../../core/simulator/managed/managed-service.ts';
import { REMEDIES } from './fleet-policy.ts';
import type { DoneAction, FleetCourse } from './outcome.ts';
import { ALARM_ABOVE, ALARM_STEPS } from './watched-service.ts';

/** The reactive rule acts when the alarm begins, and at most once an hour for each service. */
const PAUSE_SECONDS = 3600;

const runService = (
  service: ManagedService,
  steps: number,
  act: (at: number, recent: readonly number[]) => boolean,
): { readonly beyond: readonly number[]; readonly actions: readonly DoneAction[] } => {
  const beyond: number[] = [];
  const actions: DoneAction[] = [];
  const recent: number[] = [];
  for (let step = 0; step < steps; step++) {
    const { at, value } = service.step();
    if (value > service.limit) beyond.push(at);
    recent.push(value);
    if (recent.length > ALARM_STEPS) recent.shift();
    if (!act(at, recent)) continue;
    service.act(REMEDIES[service.kind].does);
    actions.push({ service: service.id, at, verdict: 'unknown', isUndone: false });
  }
  return { beyond, actions };
};

const runFleet = (
  services: readonly ManagedService[],
  steps: number,
  rule: () => (at: number, recent: readonly number[]) => boolean,
): FleetCourse => {
  const runs = services.map((service) => ({ id: service.id, ...runService(service, steps, rule()) }));
  return {
    beyond: new Map(runs.map(({ id, beyond }) => [id, beyond])),
    actions: runs.flatMap(({ actions }) => actions),
  };
};

export const doNothing = (services: readonly ManagedService[], steps: number): FleetCourse =>
  runFleet(services, steps, () => () => false);

/**
 * A rule that waits until the metric is high. `from` is epoch seconds; `answeredAt` is when people agree to act on what was
 * found at a time, as with every other way of working.
 */
export const actOnThreshold = (
  services: readonly ManagedService[],
  steps: number,
  from: number,
  answeredAt: (at: number) => number = (at) => at,
): FleetCourse =>
  runFleet(services, steps, () => {
    let asked = Number.NEGATIVE_INFINITY;
    let due = Number.POSITIVE_INFINITY;
    return (at, recent) => {
      const isHigh = recent.length === ALARM_STEPS && recent.every((value) => value > ALARM_ABOVE);
      if (at >= from && isHigh && at - asked >= PAUSE_SECONDS) [asked, due] = [at, answeredAt(at)];
      if (at < due) return false;
      due = Number.POSITIVE_INFINITY;
      return true;
    };
  });
