import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DAY_SECONDS } from '../../../../core/shared/time.ts';
import { SERVICE_KINDS, type ServiceKind } from '../../../../core/simulator/managed/fault-plan.ts';
import {
  type ManagedService,
  makeManagedFleet,
  makeManagedService,
  type ServiceAction,
} from '../../../../core/simulator/managed/managed-service.ts';

const START = 1_785_000_000;
const DAYS = 37;
const SPAN = { start: START, end: START + DAYS * DAY_SECONDS };
const STEPS = DAYS * 288;

const values = (service: ManagedService, act?: (at: number, value: number) => ServiceAction | undefined) =>
  Array.from({ length: STEPS }, () => {
    const step = service.step();
    const action = act?.(step.at, step.value);
    if (action !== undefined) service.act(action);
    return step;
  });

const beyond = (service: ManagedService, steps: readonly { at: number; value: number }[]) =>
  service.stretches.map((stretch) => ({
    stretch,
    steps: steps.filter(({ at, value }) => at >= stretch.start && at < stretch.end && value > service.limit)
      .length,
  }));

/** What helps against each kind of fault, done as soon as the metric is high. */
const remedyOf = (kind: ServiceKind): ServiceAction =>
  (({ web: 'add-unit', worker: 'restart', store: 'free-space' }) as const)[kind];

describe('a managed service', () => {
  it('always behaves the same, and its noise does not depend on what is done to it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1000 }), fc.constantFrom(...SERVICE_KINDS), (seed, kind) => {
        const first = makeManagedService(seed, 'one', kind, SPAN);
        const again = makeManagedService(seed, 'one', kind, SPAN);
        const acted = makeManagedService(seed, 'one', kind, SPAN);
        acted.act('restart');
        acted.act('free-space');
        expect(values(again)).toEqual(values(first));
        // Neither action changes a service without a fault, so that the first week, which is calm, stays the same.
        const calm = 7 * 288;
        expect(values(acted).slice(0, calm)).toEqual(
          values(makeManagedService(seed, 'one', kind, SPAN)).slice(0, calm),
        );
      }),
      { numRuns: 5 },
    );
  });

  it('breaches its limit in most faults, and never in a harmless stretch', () => {
    const fleet = makeManagedFleet(7, 60, SPAN);
    const all = fleet.flatMap((service) => beyond(service, values(service)));
    const faults = all.filter(({ stretch }) => stretch.isFault && stretch.end < SPAN.end);
    expect(faults.length).toBeGreaterThan(80);
    expect(faults.filter(({ steps }) => steps > 1).length / faults.length).toBeGreaterThan(0.65);
    const harmless = all.filter(({ stretch }) => !stretch.isFault);
    expect(harmless.length).toBeGreaterThan(60);
    expect(harmless.filter(({ steps }) => steps > 1)).toEqual([]);
  });

  it.each(SERVICE_KINDS)('of kind %s is beyond its limit for less time if its remedy comes early', (kind) => {
    const ids = Array.from({ length: 12 }, (_, i) => `${kind}-${i}`);
    const total = (early: boolean) =>
      ids.reduce((sum, id) => {
        const service = makeManagedService(3, id, kind, SPAN);
        let last = 0;
        const steps = values(service, (at, value) => {
          if (!early || value < 82 || at - last < 3600) return undefined;
          last = at;
          return remedyOf(kind);
        });
        return sum + steps.filter(({ value }) => value > service.limit).length;
      }, 0);
    const without = total(false);
    expect(without).toBeGreaterThan(50);
    expect(total(true)).toBeLessThan(0.35 * without);
  });

  it('has more units after adding one, and at least one after removing all', () => {
    const service = makeManagedService(1, 'web-1', 'web', SPAN);
    const before = service.units();
    const pass = (steps: number) => Array.from({ length: steps }, () => service.step());
    service.act('add-unit');
    pass(1);
    expect(service.units()).toBe(before);
    pass(1);
    expect(service.units()).toBe(before + 1);
    for (let i = 0; i < 20; i++) service.act('remove-unit');
    pass(2);
    expect(service.units()).toBe(1);
  });

  it('ends a regression by rolling back', () => {
    const candidates = Array.from({ length: 40 }, (_, i) => makeManagedService(5, `web-${i}`, 'web', SPAN));
    const service = candidates.find(({ stretches }) => stretches.at(0)?.kind === 'regression');
    const [regression] = service!.stretches;
    const steps = values(service!, (at) => (at === regression!.start + 3600 ? 'roll-back' : undefined));
    const mean = (from: number, to: number) => {
      const within = steps.filter(({ at }) => at >= from && at < to).map(({ value }) => value);
      return within.reduce((sum, value) => sum + value, 0) / within.length;
    };
    const at = regression!.start + 3600;
    expect(mean(at - 1800, at + 600) / mean(at + 600, at + 2400)).toBeGreaterThan(1.25);
  });
});
