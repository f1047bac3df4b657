import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type HealingDeps, healAlarm, OWN_ENVIRONMENT } from '../../../../core/remediation/healing/heal.ts';
import type { HealingPlan } from '../../../../core/remediation/healing/healing-plan.ts';
import { judgeHealing } from '../../../../core/remediation/healing/judge-healing.ts';
import type { LedgerEntry } from '../../../../core/remediation/ledger.ts';
import {
  memoryDecisionInputs,
  memoryDecisionStore,
  memoryRemediationStore,
  remediationMemory,
} from '../../../fakes/remediation.ts';
import { recordedTelemetry } from '../../../fakes/shared.ts';

const NOW = 1_790_000_000;
const PLANS: readonly HealingPlan[] = [
  { alarm: 'AlarmsRunFailed', action: 'start-forecasts', resource: 'state-machine:dispatch' },
  { alarm: 'IngestDeadLetters', action: 'redrive-dead-letters', resource: 'sqs-queue:ingest' },
];
const TENANT = 'own-tenant';

const scene = (plans = PLANS) => {
  const memory = remediationMemory();
  const store = memoryRemediationStore(memory);
  const done: string[] = [];
  let now = NOW;
  let fails = 0;
  const deps: HealingDeps = {
    ...{
      store,
      inputs: memoryDecisionInputs(),
      plans,
      ownTenant: TENANT,
      telemetry: recordedTelemetry().telemetry,
    },
    now: () => now * 1000,
    healers: {
      run: async ({ action }, healingId) => {
        if (fails-- > 0) throw new Error('unavailable');
        done.push(`${action} ${healingId}`);
      },
    },
  };
  const alarm = (name: string, state: 'ALARM' | 'OK' = 'ALARM', at = now) =>
    healAlarm(deps, { name: `Forestall-prod-Operations-${name}-X1`, state, at });
  return {
    ...{ deps, store, done, alarm },
    decisions: async () =>
      (await memoryDecisionStore(memory).list(TENANT, { limit: 100 })).items.map(({ kind }) => kind),
    at: (seconds: number) => {
      now = NOW + seconds;
    },
    failNext: (times: number) => {
      fails = times;
    },
  };
};

describe('an alarm of Forestall itself', () => {
  it('is healed once per change of state, with its decision before the action', async () => {
    const { alarm, done, decisions } = scene();
    expect(await alarm('AlarmsRunFailed')).toBe('healed');
    expect(await decisions()).toEqual(['healing-begun']);
    expect(await alarm('AlarmsRunFailed')).toBe('healed');
    expect(await decisions()).toEqual(['healing-begun']);
    // The repeat has the same id, so that its action does nothing.
    expect(new Set(done).size).toBe(1);
  });

  it('that has no plan is left to people', async () => {
    const { alarm, done, decisions } = scene();
    expect(await alarm('AlarmsQuotaExceeded')).toBe('no-plan');
    expect([done, await decisions()]).toEqual([[], []]);
  });

  it('is tried again with the same id if the action failed', async () => {
    const { alarm, done, decisions, failNext } = scene();
    failNext(1);
    await expect(alarm('AlarmsRunFailed')).rejects.toThrow('unavailable');
    expect(await decisions()).toEqual(['healing-begun']);
    expect(await alarm('AlarmsRunFailed')).toBe('healed');
    expect(done).toEqual([`start-forecasts healing-start-forecasts-${NOW}`]);
  });

  it('is not healed while the kill switch is on, and the refusal is recorded', async () => {
    const { alarm, done, decisions, store } = scene();
    const { head } = await store.state(TENANT);
    const killSwitch = { isOn: true, reason: 'migration', by: 'ada', at: NOW };
    await store.commit({
      ...{ tenantId: TENANT, head, decisions: [] },
      killSwitch: { item: killSwitch, revision: 0 },
    });
    expect(await alarm('AlarmsRunFailed')).toBe('refused');
    expect([done, await decisions()]).toEqual([[], ['healing-refused']]);
  });

  it('pauses for half an hour, and gives up after three healings within a day', async () => {
    const { alarm, at, done } = scene();
    const results: string[] = [];
    for (const minutes of [0, 29, 31, 62, 93, 1500]) {
      at(minutes * 60);
      results.push(await alarm('AlarmsRunFailed'));
    }
    expect(results).toEqual(['healed', 'refused', 'healed', 'healed', 'refused', 'healed']);
    expect(done).toHaveLength(4);
  });

  it('that ends closes its healing with the time that it took', async () => {
    const { alarm, at, decisions, store } = scene();
    await alarm('AlarmsRunFailed');
    at(240);
    expect(await alarm('AlarmsRunFailed', 'OK')).toBe('recovered');
    expect(await decisions()).toEqual(['healing-begun', 'healing-ended']);
    const { item } = await store.ledger(TENANT, OWN_ENVIRONMENT);
    expect(item.entries.map(({ result }) => result)).toEqual(['succeeded']);
    expect(await alarm('AlarmsRunFailed', 'OK')).toBe('nothing-to-close');
  });

  it('of two resources are healed apart, and their common limit is six an hour', () => {
    const entry = (i: number): LedgerEntry => ({
      ...{ remediationId: `h${i}`, action: 'start-forecasts', resource: `state-machine:m${i}` },
      ...{ kind: 'action', units: 1, at: NOW - 60 * i, result: 'running' },
    });
    const judged = (count: number) =>
      judgeHealing({
        ...{ plan: PLANS[0]!, healingId: 'h', now: NOW, killSwitch: null },
        ledger: { entries: Array.from({ length: count }, (_, i) => entry(i)) },
      });
    expect(judged(5)).toEqual([]);
    expect(judged(6).map(({ rule }) => rule)).toEqual(['per-hour']);
  });

  it('never acts more often than its limits, whatever the order and repetition of events', async () => {
    const event = fc.record({
      alarm: fc.constantFrom('AlarmsRunFailed', 'IngestDeadLetters'),
      state: fc.constantFrom('ALARM' as const, 'ALARM' as const, 'OK' as const),
      at: fc.integer({ min: 0, max: 2 * 86_400 }),
      repeats: fc.integer({ min: 1, max: 3 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(event, { maxLength: 40 }), async (events) => {
        const { alarm, at, deps, store } = scene();
        for (const one of events.toSorted((a, b) => a.at - b.at)) {
          at(one.at);
          for (let i = 0; i < one.repeats; i++) await alarm(one.alarm, one.state);
        }
        const { item } = await store.ledger(deps.ownTenant, OWN_ENVIRONMENT);
        for (const { at: from } of item.entries) {
          const within = (seconds: number) =>
            item.entries.filter((each) => each.at >= from && each.at < from + seconds);
          expect(within(3600).length).toBeLessThanOrEqual(6);
          for (const { resource } of PLANS)
            expect(within(86_400).filter((each) => each.resource === resource).length).toBeLessThanOrEqual(3);
        }
      }),
      { numRuns: 100 },
    );
  });
});
