import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BatchResult } from '../../../../core/forecasts/forecast-run.ts';
import {
  failureOf,
  MAX_STORED_FAILURES,
  newRun,
  sumResults,
} from '../../../../core/forecasts/runs/sum-results.ts';

const run = newRun({ tenantId: 'acme', runId: '2026-11-21T10-05-00Z-abcd', trigger: 'api', startedAt: 1000 });
const result = (index: number, failed = 0): BatchResult => ({
  index,
  targets: 2,
  series: 10,
  forecasts: 10 - failed,
  breaches: 1,
  failed,
  deferred: 0,
  failures: Array.from({ length: failed }, (_, i) => failureOf(`t${index}`, `m${i}`, 'too short')),
});

describe('summing the results of a run', () => {
  it('starts from a running record of zeros', () => {
    expect(run).toMatchObject({ status: 'RUNNING', targets: 0, failures: [], finishedAt: undefined });
  });

  it('succeeds if every batch finished, even if single series could not be forecast', () => {
    const done = sumResults(run, 2, [result(0), result(1, 3)], 9000);
    expect(done).toMatchObject({
      status: 'SUCCEEDED',
      targets: 4,
      series: 20,
      forecasts: 17,
      breaches: 2,
      failed: 3,
    });
    expect(done).toMatchObject({ finishedAt: 9000, startedAt: 1000, error: undefined });
    expect(done.failures).toHaveLength(3);
  });

  it('is partial if some batches have no result, and failed if none has', () => {
    expect(sumResults(run, 3, [result(1)], 1)).toMatchObject({
      status: 'PARTIAL',
      error: '2 of 3 batches did not finish',
    });
    expect(sumResults(run, 3, [], 1)).toMatchObject({ status: 'FAILED', targets: 0 });
  });

  it('is partial and says why if batches ran out of time', () => {
    const late = { ...result(1, 2), deferred: 2 };
    expect(sumResults(run, 2, [result(0), late], 1)).toMatchObject({
      status: 'PARTIAL',
      error: '2 targets were not forecast: their batches ran out of time',
    });
    expect(sumResults(run, 2, [{ ...late, deferred: 1 }], 1).error).toBe(
      '1 of 2 batches did not finish; 1 target was not forecast: its batch ran out of time',
    );
  });

  it('succeeds with nothing to do', () => {
    expect(sumResults(run, 0, [], 1)).toMatchObject({ status: 'SUCCEEDED', forecasts: 0 });
  });

  it('counts a repeated batch once, in any order', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat({ max: 20 }), { minLength: 1 }), fc.nat(), (indexes, turn) => {
        const results = indexes.map((index) => result(index, index % 3));
        const turned = [...results.slice(turn % results.length), ...results];
        expect(sumResults(run, 30, turned, 5)).toEqual(sumResults(run, 30, results, 5));
      }),
    );
  });

  it('keeps the first hundred failures and counts them all', () => {
    const done = sumResults(
      run,
      20,
      Array.from({ length: 20 }, (_, i) => result(i, 9)),
      1,
    );
    expect(done.failures).toHaveLength(MAX_STORED_FAILURES);
    expect(done.failed).toBe(180);
  });

  it('cuts long reasons', () => expect(failureOf('t', undefined, 'x'.repeat(5000)).reason).toHaveLength(300));
});
