import { describe, expect, it } from 'vitest';
import { type Cause, causeKey } from '../../../../core/remediation/cause.ts';
import { MAX_ROUNDS, nextRound } from '../../../../core/remediation/choosing/next-round.ts';
import { REMEDIATION_STATUSES, VERDICTS } from '../../../../core/remediation/remediation.ts';

const WARNING: Cause = { kind: 'predicted-breach', targetId: 'web-1', metric: 'cpu', since: 1_790_000_000 };
const next = (status: (typeof REMEDIATION_STATUSES)[number], cause: Cause = WARNING, isDryRun = false) =>
  nextRound({ cause, status, isDryRun, verification: null });

describe('after a remediation of a warning', () => {
  it.each(['succeeded', 'unproven', 'expired'] as const)(
    'that ended as %s, another may be needed',
    (status) => {
      expect(next(status)).toEqual({ ...WARNING, round: 1 });
    },
  );

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
      expect(found).toEqual(verdict === 'worse' ? null : { ...WARNING, round: 1 });
    },
  );

  it('that people stopped or have to look at, or that had nothing to do, there is none', () => {
    const others = REMEDIATION_STATUSES.filter(
      (each) => !['succeeded', 'unproven', 'expired'].includes(each),
    );
    expect(others.map((status) => next(status))).toEqual(others.map(() => null));
  });

  it('there are a few at most, each of its own cause', () => {
    const keys = new Set<string>();
    for (let cause: Cause | null = WARNING; cause !== null; cause = next('succeeded', cause))
      keys.add(causeKey(cause));
    expect(keys.size).toBe(MAX_ROUNDS);
  });

  it('there is none after a rehearsal, and none for causes that do not stand', () => {
    expect(next('succeeded', WARNING, true)).toBeNull();
    expect(next('succeeded', { kind: 'incident', incidentId: 'i', reopened: 0 })).toBeNull();
  });
});
