import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { CatalogueAction, Change, PlanningContext } from '../../../../core/remediation/action.ts';
import { CATALOGUE } from '../../../../core/remediation/catalogue/catalogue.ts';
import { UnitState } from '../../../../core/remediation/catalogue/units.ts';
import { canonicalJson, type Json } from '../../../../core/shared/canonical-json.ts';
import { InvalidInputError } from '../../../../core/shared/errors.ts';
import { arbitraryOf } from './arbitrary-of.ts';
import { DIRECTIONS } from './directions.ts';

const RUNS = 300;

const version = fc.constantFrom('v1', 'v2', 'a', 'b', null);
const context: fc.Arbitrary<PlanningContext> = fc.record({
  remediationId: fc.constantFrom('rem-1', 'rem-2'),
  at: fc.nat(),
  deployment: fc.oneof(
    { weight: 9, arbitrary: fc.record({ deployed: version, previous: version }) },
    fc.constant(null),
  ),
});

interface Case {
  readonly state: Json;
  readonly parameters: Json;
  readonly context: PlanningContext;
}

const cases = (action: CatalogueAction): fc.Arbitrary<Case> =>
  fc.record({ state: arbitraryOf(action.state), parameters: arbitraryOf(action.parameters), context });

const parametersOf = (action: CatalogueAction, { parameters }: Case) =>
  action.parameters.parse(parameters) as Readonly<Record<string, Json>>;

/** Runs the check on every plan, and fails if hardly any case leads to one. */
const forEveryPlan = (action: CatalogueAction, check: (change: Change<Json>, given: Case) => void): void => {
  let plans = 0;
  fc.assert(
    fc.property(cases(action), (given) => {
      const planned = action.plan(given.parameters, given.state, given.context);
      if ('notApplicable' in planned) {
        expect(planned.notApplicable).not.toBe('');
        return;
      }
      plans += 1;
      check(planned, given);
    }),
    { numRuns: RUNS },
  );
  expect(plans).toBeGreaterThan(RUNS / 100);
};

/** Units within their bounds, storage below its limit: what services guarantee. */
const isPossible = (state: Json): boolean => {
  const within = UnitState.safeParse(state).data;
  if (within !== undefined) return within.min <= within.desired && within.desired <= within.max;
  const storage = z.object({ gib: z.number(), maxGib: z.number() }).safeParse(state).data;
  return storage === undefined || storage.gib * 1.1 <= storage.maxGib;
};

describe.each(CATALOGUE.map((action) => [action.id, action] as const))('plans of %s', (id, action) => {
  it('change the state that was read to another valid one, touch something and say what', () => {
    forEveryPlan(action, (change, { state }) => {
      expect(canonicalJson(change.from)).toBe(canonicalJson(action.state.parse(state)));
      expect(action.state.safeParse(change.to).success).toBe(true);
      expect(canonicalJson(change.to)).not.toBe(canonicalJson(change.from));
      expect(Number.isInteger(change.touches) && change.touches >= 1).toBe(true);
      expect(change.summary).not.toBe('');
      expect(JSON.parse(JSON.stringify(change))).toEqual(change);
    });
  });

  it('depend on nothing but their inputs', () => {
    forEveryPlan(action, (change, { state, parameters, context }) =>
      expect(action.plan(parameters, state, context)).toEqual(change),
    );
  });

  it('are done in the intended state, and not in the one before', () => {
    forEveryPlan(action, (change) => {
      expect(action.isDone(change, change.to)).toBe(true);
      expect(action.isDone(change, change.from)).toBe(false);
    });
  });

  it('have no effect opposite to that of the action, and stay within the bounds of the policy', () => {
    const { way, measure, bound } = DIRECTIONS[id] ?? {};
    forEveryPlan(action, (change, given) => {
      if (measure === undefined) return;
      const parameters = parametersOf(action, given);
      const [before, after] = [measure(change.from, parameters), measure(change.to, parameters)];
      expect(way === 'up' ? after > before : after < before).toBe(true);
      const limit = bound?.(parameters);
      if (limit !== undefined) expect(way === 'up' ? after <= limit : after >= limit).toBe(true);
    });
  });

  it('can be undone exactly as the action says', () => {
    forEveryPlan(action, (change, { state }) => {
      const undo = action.undo(change, change.to);
      if (action.reversibility !== 'undo') expect(undo).toHaveProperty('notApplicable');
      if (action.reversibility !== 'undo' || !isPossible(state)) return;
      if ('notApplicable' in undo) throw new Error(`${canonicalJson(change)}: ${undo.notApplicable}`);
      expect(action.basis(undo.to)).toEqual(action.basis(change.from));
      expect(action.isDone(undo, undo.to)).toBe(true);
      expect(action.isDone(undo, change.to)).toBe(false);
    });
  });

  it('are not undone twice, nor if something else changed the resource since', () => {
    forEveryPlan(action, (change) =>
      expect(action.undo(change, change.from)).toHaveProperty('notApplicable'),
    );
  });

  it('cost a known amount, with its basis', () => {
    forEveryPlan(action, (change, { parameters }) => {
      const { usdPerHour, usdOnce, basis } = action.cost(change, parameters);
      expect(Number.isFinite(usdPerHour) && usdPerHour >= 0).toBe(true);
      expect(Number.isFinite(usdOnce) && usdOnce >= 0).toBe(true);
      expect(basis).not.toBe('');
    });
  });

  it('are refused for parameters and states that the action does not know', () => {
    fc.assert(
      fc.property(cases(action), ({ state, parameters, context }) => {
        const plan = (given: Json, present: Json) => () => action.plan(given, present, context);
        expect(plan({ ...(parameters as object), surprise: 1 }, state)).toThrow(InvalidInputError);
        expect(plan(parameters, { ...(state as object), surprise: 1 })).toThrow(InvalidInputError);
      }),
      { numRuns: 20 },
    );
  });
});
