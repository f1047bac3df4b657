import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  BreakerRules,
  BreakerSettings,
  DEFAULT_BREAKERS,
} from '../../../../core/shared/resilience/breaker-rules.ts';
import {
  admit,
  afterCall,
  afterProbe,
  BreakerState,
  type CallResult,
  limitWait,
  NEW_BREAKER,
} from '../../../../core/shared/resilience/breaker-state.ts';

const RULES: BreakerRules = {
  ...{ failures: 5, windowSeconds: 60, openSeconds: 10, maxOpenSeconds: 300 },
  ...{ successes: 2, probeSeconds: 60, cacheSeconds: 5 },
};
const failed = { result: 'failed', reason: 'status 503' } as const;
const answered = { result: 'answered', reason: '' } as const;
const unknown = { result: 'unknown', reason: 'a bug' } as const;

/** Seconds to milliseconds after a fixed start. */
const at = (seconds: number): number => 1_000_000 + seconds * 1000;

const rules = fc
  .record({
    failures: fc.integer({ min: 1, max: 6 }),
    windowSeconds: fc.integer({ min: 1, max: 60 }),
    openSeconds: fc.integer({ min: 1, max: 30 }),
    maxOpenSeconds: fc.integer({ min: 30, max: 120 }),
    successes: fc.integer({ min: 1, max: 4 }),
    probeSeconds: fc.integer({ min: 1, max: 60 }),
  })
  .map((given) => BreakerRules.parse({ ...RULES, ...given }));

/** A breaker of which every failure is the first of its kind, driven by calls that end at once. */
const drive = (state: BreakerState, result: CallResult, given: BreakerRules, now: number): BreakerState => {
  const admission = admit(state, given, now);
  const settled = { result, reason: 'down' };
  if (admission.kind === 'refuse') return state;
  if (admission.kind === 'pass') return afterCall(state, settled, given, now);
  return afterProbe(admission.probing, settled, given, now);
};

const opened = (now = at(0)): BreakerState => {
  let state = NEW_BREAKER;
  for (let i = 0; i < RULES.failures; i++) state = afterCall(state, failed, RULES, now);
  return state;
};

/** The state after a probe that is allowed at `now`. */
const probed = (
  state: BreakerState,
  settled: typeof failed | typeof answered | typeof unknown,
  now: number,
) => {
  const admission = admit(state, RULES, now);
  if (admission.kind !== 'probe') throw new Error(`no probe is allowed: ${admission.kind}`);
  return afterProbe(admission.probing, settled, RULES, now);
};

describe('a closed breaker', () => {
  it('opens at the configured number of consecutive failures, with the last reason', () => {
    expect(opened()).toEqual({
      ...{ phase: 'open', since: at(0), rounds: 1, successes: 0, reason: 'status 503' },
      retryAt: at(10),
    });
  });

  it('starts its count again after an answer', () => {
    let state = NEW_BREAKER;
    for (let i = 0; i < 100; i++) {
      for (let j = 1; j < RULES.failures; j++) state = afterCall(state, failed, RULES, at(i));
      state = afterCall(state, answered, RULES, at(i));
    }
    expect(state).toMatchObject({ phase: 'closed', failures: 0 });
  });

  it('does not add up failures that are further apart than the window', () => {
    let state = NEW_BREAKER;
    for (let i = 0; i < 100; i++) state = afterCall(state, failed, RULES, at(i * 61));
    expect(state).toMatchObject({ phase: 'closed', failures: 1 });
  });

  it('adds up failures at both ends of the window, also if the clock of one is behind', () => {
    const first = afterCall(NEW_BREAKER, failed, RULES, at(0));
    expect(afterCall(first, failed, RULES, at(60))).toMatchObject({ failures: 2 });
    const behind = afterCall(first, failed, RULES, at(-5));
    expect(behind).toMatchObject({ failures: 2, failedAt: at(0) });
  });

  it('learns nothing from an unknown result', () => {
    const once = afterCall(NEW_BREAKER, failed, RULES, at(0));
    expect(afterCall(once, unknown, RULES, at(1))).toBe(once);
  });

  it('does not change when a working dependency answers, so that nothing is stored', () => {
    expect(afterCall(NEW_BREAKER, answered, RULES, at(0))).toBe(NEW_BREAKER);
  });
});

describe('an open breaker', () => {
  it('refuses until its time, then lets a probe pass', () => {
    expect(admit(opened(), RULES, at(10) - 1)).toEqual({
      ...{ kind: 'refuse', retryAt: at(10), reason: 'status 503' },
    });
    expect(admit(opened(), RULES, at(10))).toMatchObject({ kind: 'probe', probing: { phase: 'half-open' } });
  });

  it('refuses all calls during the probe, until the probe counts as lost', () => {
    const admission = admit(opened(), RULES, at(10));
    if (admission.kind !== 'probe') throw new Error('no probe');
    expect(admit(admission.probing, RULES, at(70) - 1).kind).toBe('refuse');
    expect(admit(admission.probing, RULES, at(70)).kind).toBe('probe');
  });

  it('waits twice as long after each failed probe, up to the limit', () => {
    let [state, now] = [opened(), at(10)];
    const waits: number[] = [];
    for (let i = 0; i < 8; i++) {
      state = probed(state, failed, now);
      if (state.phase !== 'open') throw new Error('expected it to be open');
      waits.push((state.retryAt - now) / 1000);
      now = state.retryAt;
    }
    expect(waits).toEqual([20, 40, 80, 160, 300, 300, 300, 300]);
    expect(state.since).toBe(at(0));
  });

  it('closes after the configured number of successful probes, which follow each other without a wait', () => {
    const once = probed(opened(), answered, at(10));
    expect(once).toMatchObject({ phase: 'open', successes: 1, retryAt: at(10) });
    expect(probed(once, answered, at(10))).toEqual({
      ...{ phase: 'closed', since: at(10), failures: 0, failedAt: 0 },
    });
  });

  it('counts successes from the start after a failed probe', () => {
    const again = probed(probed(opened(), answered, at(10)), failed, at(11));
    expect(again).toMatchObject({ phase: 'open', successes: 0, rounds: 2 });
  });

  it('allows another probe at once after one without a known result', () => {
    expect(probed(opened(), unknown, at(10))).toMatchObject({ phase: 'open', rounds: 1, retryAt: at(10) });
  });

  it('ignores results of calls that began before it opened', () => {
    const open = opened();
    for (const settled of [failed, answered, unknown])
      expect(afterCall(open, settled, RULES, at(1))).toBe(open);
  });

  it('keeps a short reason', () => {
    const state = afterCall(
      NEW_BREAKER,
      { ...failed, reason: 'x'.repeat(9_999) },
      { ...RULES, failures: 1 },
      at(0),
    );
    expect(state).toMatchObject({ reason: 'x'.repeat(300) });
  });
});

describe('limitWait', () => {
  it('limits a wait set by a clock that is ahead, and keeps all others', () => {
    expect(limitWait(opened(at(86_400)), RULES, at(0))).toMatchObject({ retryAt: at(300) });
    expect(limitWait(opened(), RULES, at(0))).toEqual(opened());
    expect(limitWait(NEW_BREAKER, RULES, at(0))).toBe(NEW_BREAKER);
    const probe = admit(opened(at(86_400)), RULES, at(86_500));
    expect(probe.kind === 'probe' && limitWait(probe.probing, RULES, at(0))).toMatchObject({
      retryAt: at(60),
    });
  });
});

describe('any sequence of calls', () => {
  const steps = fc.array(
    fc.record({
      afterMs: fc.integer({ min: 0, max: 40_000 }),
      result: fc.constantFrom<CallResult>('answered', 'failed', 'failed', 'failed', 'unknown'),
    }),
    { maxLength: 120 },
  );

  it('passes no call before the time of the next probe, and leaves a state that can be stored', () => {
    const property = fc.property(rules, steps, (given, sequence) => {
      let [state, now] = [NEW_BREAKER, at(0)];
      for (const { afterMs, result } of sequence) {
        now += afterMs;
        const admission = admit(state, given, now);
        if (state.phase !== 'closed') expect(admission.kind === 'refuse').toBe(now < state.retryAt);
        const next = drive(state, result, given, now);
        expect(BreakerState.parse(next)).toEqual(next);
        if (next.phase === 'open' && next !== state && result === 'failed') {
          expect(next.retryAt - now).toBeGreaterThanOrEqual(given.openSeconds * 1000);
          expect(next.retryAt - now).toBeLessThanOrEqual(given.maxOpenSeconds * 1000);
        }
        state = next;
      }
    });
    fc.assert(property, { numRuns: 500 });
  });

  it('closes with as many answers as configured, whatever happened before', () => {
    const property = fc.property(rules, steps, (given, sequence) => {
      let [state, now] = [NEW_BREAKER, at(0)];
      for (const { afterMs, result } of sequence) {
        now += afterMs;
        state = drive(state, result, given, now);
      }
      now += Math.max(given.maxOpenSeconds, given.probeSeconds) * 1000;
      for (let i = 0; i < given.successes; i++) state = drive(state, 'answered', given, now);
      expect(state.phase).toBe('closed');
    });
    fc.assert(property, { numRuns: 500 });
  });

  it('opens only after as many failures in a row', () => {
    const property = fc.property(rules, steps, (given, sequence) => {
      let [state, now, row] = [NEW_BREAKER, at(0), 0];
      for (const { afterMs, result } of sequence) {
        now += afterMs;
        const before = state;
        state = drive(before, result, given, now);
        if (before.phase !== 'closed') continue;
        if (result === 'answered') row = 0;
        if (result === 'failed') row++;
        if (state.phase === 'closed') continue;
        expect(row).toBeGreaterThanOrEqual(given.failures);
        row = 0;
      }
    });
    fc.assert(property, { numRuns: 500 });
  });
});

describe('the rules', () => {
  it('have defaults, which a stage may replace one by one', () => {
    const { services, integrations, actions } = BreakerSettings.parse({ services: { failures: 7 } });
    expect(services).toEqual({ ...DEFAULT_BREAKERS.services, failures: 7 });
    expect({ integrations, actions }).toEqual({
      ...{ integrations: DEFAULT_BREAKERS.integrations, actions: DEFAULT_BREAKERS.actions },
    });
  });

  it.each([
    { failures: 0 },
    { openSeconds: 0 },
    { openSeconds: 301, maxOpenSeconds: 300 },
    { successes: 1.5 },
    { failure: 3 },
    { cacheSeconds: '5' },
    'default',
    null,
  ])('refuse %j', (given) => {
    expect(BreakerSettings.safeParse({ services: given }).success).toBe(false);
  });
});
