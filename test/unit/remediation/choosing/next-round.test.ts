import { describe, expect, it } from 'vitest';
import { type Cause, causeKey } from '../../../../core/remediation/cause.ts';
import {
  leftToPeople,
  MAX_ROUNDS,
  MAX_UNPROVEN,
  nextRound,
} from '../../../../core/remediation/choosing/next-round.ts';
import { REMEDIATION_STATUSES, VERDICTS } from '../../../../core/remediation/remediation.ts';

const WARNING: Cause = { kind: 'predicted-breach', targetId: 'web-1', metric: 'cpu', since: 1_790_000_000 };
const next = (status: (typeof REMEDIATION_STATUSES)[number], cause: Cause = WARNING, isDryRun = false) =>
  nextRound({ cause, status, isDryRun, verification: null });

describe('after a remediation of a warning', () => {
  it.each([
    ['succeeded', {}],
    ['unproven', { unproven: 1 }],
    ['expired', { unproven: 1 }],
  ] as const)('that ended as %s, another may be needed', (status, more) => {
    expect(next(status)).toEqual({ ...WARNING, round: 1, ...more });
  });

  it.each(VERDICTS)(
    'whose verdict is %s and not stored as its end yet, another may follow unless it got worse',
    (verdict) => {
      const verification = {
        verdict,
        probabilityAvoided: null,
        points: 4,
        newestAt: null,
        evidence: [],
        at: 1,
      };
      const found = nextRound({ cause: WARNING, status: 'verifying', isDryRun: false, verification });
      const rounds = { round: 1, ...(verdict === 'avoided' ? {} : { unproven: 1 }) };
      expect(found).toEqual(verdict === 'worse' ? null : { ...WARNING, ...rounds });
    },
  );

  it('that people stopped or have to look at, or that had nothing to do, there is none', () => {
    const others = REMEDIATION_STATUSES.filter(
      (each) => !['succeeded', 'unproven', 'expired'].includes(each),
    );
    expect(others.map((status) => next(status))).toEqual(others.map(() => null));
  });

  const roundsWhile = (statusOf: (round: number) => 'succeeded' | 'unproven' | 'expired') => {
    const keys = new Set<string>();
    let cause: Cause | null = WARNING;
    for (let round = 0; cause !== null; round++) {
      keys.add(causeKey(cause));
      const ended = { cause, status: statusOf(round), isDryRun: false, verification: null };
      cause = nextRound(ended);
      expect(leftToPeople(ended) === null).toBe(cause !== null);
    }
    return keys.size;
  };

  it('that keeps helping there are many, each of its own cause, and people are told of the end', () => {
    expect(roundsWhile(() => 'succeeded')).toBe(MAX_ROUNDS);
    const last: Cause = { ...WARNING, round: MAX_ROUNDS - 1 };
    const ended = { cause: last, status: 'succeeded' as const, isDryRun: false, verification: null };
    expect(leftToPeople(ended)).toBe(
      'there were 48 remediations of this warning, and it still stands: Forestall does no more about it, so please look at its cause',
    );
  });

  it('that proved nothing there are few, one after another', () => {
    expect(roundsWhile(() => 'unproven')).toBe(MAX_UNPROVEN);
    expect(roundsWhile(() => 'expired')).toBe(MAX_UNPROVEN);
    expect(roundsWhile((round) => (round < 4 ? 'succeeded' : 'unproven'))).toBe(4 + MAX_UNPROVEN);
    expect(roundsWhile((round) => (round % MAX_UNPROVEN === 0 ? 'succeeded' : 'unproven'))).toBe(MAX_ROUNDS);
  });

  it('people are told of no end that is none, or that they know', () => {
    for (const status of REMEDIATION_STATUSES) {
      const ended = { cause: WARNING, status, isDryRun: false, verification: null };
      expect(leftToPeople(ended)).toBeNull();
    }
    const rehearsed = { cause: { ...WARNING, round: 47 }, status: 'succeeded' as const, verification: null };
    expect(leftToPeople({ ...rehearsed, isDryRun: true })).toBeNull();
  });

  it('there is none after a rehearsal, and none for causes that do not stand', () => {
    expect(next('succeeded', WARNING, true)).toBeNull();
    expect(next('succeeded', { kind: 'incident', incidentId: 'i', reopened: 0 })).toBeNull();
  });
});
