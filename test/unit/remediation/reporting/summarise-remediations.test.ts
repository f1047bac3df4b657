import { describe, expect, it } from 'vitest';
import type { Remediation, Verification } from '../../../../core/remediation/remediation.ts';
import { summariseRemediations } from '../../../../core/remediation/reporting/summarise-remediations.ts';
import { NO_RECORD } from '../../../../core/remediation/track-record.ts';
import { outcome } from '../recommendation/samples.ts';
import { NOW, sampleRemediation } from '../stored-samples.ts';

const verification = (verdict: Verification['verdict'], probabilityAvoided: number | null): Verification => ({
  ...{ verdict, probabilityAvoided, points: 6, newestAt: NOW, evidence: [], at: NOW },
});
const acted = (over: Partial<Remediation> = {}) => sampleRemediation({ status: 'succeeded', ...over });
const idle = (over: Partial<Remediation>) => sampleRemediation({ execution: null, ...over });

describe('summariseRemediations', () => {
  it('counts nothing of nothing', () => {
    expect(summariseRemediations(NO_RECORD, [])).toEqual({
      ...{ predictions: 0, predictionsActedUpon: 0, shareActedUpon: null, breachesAvoided: 0 },
      ...{ expectedAvoided: 0, medianSecondsToRepair: null, unprovenShare: null, actions: [] },
    });
  });

  it('counts predictions that were decided, and those that were acted upon', () => {
    const prepared = { ...sampleRemediation().execution!, beganAt: null };
    const summary = summariseRemediations(NO_RECORD, [
      acted(),
      idle({ status: 'refused' }),
      idle({ status: 'suggested' }),
      acted({ status: 'failed', execution: prepared }),
      idle({ status: 'suggested', isDryRun: true }),
      idle({ status: 'waiting' }),
      idle({ status: 'choosing' }),
      idle({ status: 'awaiting-approval' }),
      acted({ cause: { kind: 'incident', incidentId: 'i-1', reopened: 0 } }),
    ]);
    expect(summary).toMatchObject({ predictions: 4, predictionsActedUpon: 1, shareActedUpon: 0.25 });
  });

  it('counts breaches that were avoided as verified', () => {
    const summary = summariseRemediations(NO_RECORD, [
      acted({ verification: verification('avoided', 0.8) }),
      acted({ verification: verification('avoided', null) }),
      acted({ verification: verification('no-effect', 0.1) }),
      acted(),
      acted({
        cause: { kind: 'incident', incidentId: 'i-1', reopened: 0 },
        verification: verification('avoided', 0.9),
      }),
    ]);
    expect(summary).toMatchObject({ breachesAvoided: 2, expectedAvoided: 0.8 });
  });

  it('takes the time to repair from successes alone', () => {
    const outcomes = [
      outcome({ seconds: 100 }),
      outcome({ seconds: 300 }),
      outcome({ seconds: 900 }),
      outcome({ seconds: 5, result: 'failed' }),
      outcome({ seconds: 6, result: 'unproven' }),
    ];
    expect(summariseRemediations({ outcomes }, [])).toMatchObject({
      medianSecondsToRepair: 300,
      unprovenShare: 0.2,
    });
  });

  it('sums the outcomes of each action, in the order of their ids', () => {
    const outcomes = [
      outcome({ action: 'scale-out-group' }),
      outcome({ action: 'restart-service', result: 'unproven' }),
      outcome({ action: 'scale-out-group' }),
      outcome({ action: 'scale-out-group', result: 'failed' }),
      outcome({ action: 'clear-cache', result: 'failed' }),
    ];
    expect(summariseRemediations({ outcomes }, []).actions).toEqual([
      { action: 'clear-cache', succeeded: 0, failed: 1, unproven: 0, successRate: 0 },
      { action: 'restart-service', succeeded: 0, failed: 0, unproven: 1, successRate: null },
      { action: 'scale-out-group', succeeded: 2, failed: 1, unproven: 0, successRate: 2 / 3 },
    ]);
  });
});
