/** A run that is disturbed at each call: it fails before the call, after its effect, or the call is made twice. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { verifyChain } from '../../core/remediation/audit/verify-chain.ts';
import { ENDED } from '../../core/remediation/remediation.ts';
import { DependencyUnavailableError } from '../../core/shared/errors.ts';
import { type Disturb, runWorld, TENANT, type WorldOptions } from '../unit/remediation/runs/run-world.ts';
import { definitionOf } from './definition.ts';
import { execute } from './interpreter.ts';

const definition = definitionOf('remediate');

const FAULTS = ['before', 'after', 'twice'] as const;
type Fault = (typeof FAULTS)[number];

/** Disturbs the calls with these numbers. */
const faulty = (faults: ReadonlyMap<number, Fault>) => {
  let calls = 0;
  const disturb: Disturb = async (name, call) => {
    const fault = faults.get(calls++);
    if (fault === 'before') throw new DependencyUnavailableError(`${name} failed`);
    if (fault === 'twice') await call();
    const result = await call();
    if (fault === 'after') throw new DependencyUnavailableError(`${name} failed after its effect`);
    return result;
  };
  return { disturb, calls: () => calls };
};

const runWith = async (faults: ReadonlyMap<number, Fault>, options: WorldOptions) => {
  const { disturb, calls } = faulty(faults);
  const world = runWorld({ ...options, disturb });
  const done = await execute(definition, world.input, world.tasks, () => {
    world.answer('approved');
    return {};
  });
  return { ...world, done, calls: calls() };
};

type Run = Awaited<ReturnType<typeof runWith>>;

const expectSafe = ({ effects, own, stored, remediationId, interventions }: Run): void => {
  const actions = effects.filter(({ by }) => by === remediationId);
  const undone = effects.filter(({ by }) => by !== remediationId);
  expect([actions.length, undone.length].every((count) => count <= 1)).toBe(true);
  // The forecasts learn of each effect once, and of nothing that never happened.
  expect(effects.map(({ by }) => by)).toEqual(expect.arrayContaining(interventions().map(({ id }) => id)));
  for (const { after } of actions) expect(after).toContain('action-begun');
  for (const { after } of undone) expect(after).toContain('undo-begun');
  for (const kind of ['action-allowed', 'action-begun', 'undo-begun', 'verified'])
    expect(own.decisions.filter((each) => each.kind === kind).length).toBeLessThanOrEqual(1);
  expect(ENDED.has(stored()!.status)).toBe(true);
  expect(own.ledgers.get('shop')?.item.entries.filter(({ result }) => result === 'running') ?? []).toEqual(
    [],
  );
  expect(own.track.item.outcomes.length).toBeLessThanOrEqual(1);
  const { decisions, head } = own;
  const chain = { tenantId: TENANT, decisions, head, anchors: [], keptSince: 0 };
  expect(verifyChain(chain).faults).toEqual([]);
};

describe('a run that is disturbed once', () => {
  it.each([
    ['avoided', 'succeeded', 1],
    ['worse', 'undone', 2],
  ] as const)(
    'ends with the verdict %s as %s, with each effect once',
    async (verdict, status, count) => {
      const { calls, interventions } = await runWith(new Map(), { verdict });
      expect(calls).toBeGreaterThan(30);
      expect(interventions()).toHaveLength(count);
      for (let at = 0; at < calls; at++) {
        for (const fault of FAULTS) {
          const run = await runWith(new Map([[at, fault]]), { verdict });
          expectSafe(run);
          expect([at, fault, run.stored()?.status, run.effects.length]).toEqual([at, fault, status, count]);
        }
      }
    },
    120_000,
  );
});

describe('a run that is disturbed often', () => {
  it('ends in a named state, with each effect at most once and its decision before it', async () => {
    const faults = fc.dictionary(fc.nat(60).map(String), fc.constantFrom(...FAULTS), { maxKeys: 20 });
    const verdicts = fc.constantFrom('avoided' as const, 'worse' as const, 'unproven' as const);
    await fc.assert(
      fc.asyncProperty(faults, verdicts, async (given, verdict) => {
        const map = new Map(Object.entries(given).map(([at, fault]) => [Number(at), fault]));
        expectSafe(await runWith(map, { verdict }));
      }),
      { numRuns: 150 },
    );
  }, 120_000);
});
