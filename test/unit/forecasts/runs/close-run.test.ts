import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  describeFailure,
  failedRun,
  MAX_RUN_SECONDS,
  runAsOf,
} from '../../../../core/forecasts/runs/close-run.ts';
import { identifyRun, RunInput } from '../../../../core/forecasts/runs/run-input.ts';
import { newRun } from '../../../../core/forecasts/runs/sum-results.ts';

describe('the reason of a failed workflow', () => {
  it('is the message of the function, without its stack trace', () => {
    const Cause = JSON.stringify({
      errorType: 'InvalidInputError',
      errorMessage: 'no such run',
      trace: ['at x'],
    });
    expect(describeFailure({ Error: 'InvalidInputError', Cause })).toBe('InvalidInputError: no such run');
  });

  it.each([
    [{ Error: 'States.Timeout' }, 'States.Timeout'],
    [{ Error: 'States.Timeout', Cause: 'it took too long' }, 'States.Timeout: it took too long'],
    [{ Error: 'X', Cause: '{"other":1}' }, 'X: {"other":1}'],
    [{ Error: 'X', Cause: 'null' }, 'X: null'],
  ])('%j', (error, described) => expect(describeFailure(error)).toBe(described));

  it('is truncated to fit into a record', () => {
    expect(describeFailure({ Error: 'X', Cause: 'y'.repeat(40_000) })).toHaveLength(500);
  });
});

describe('the record of a failed run', () => {
  const asked = {
    tenantId: 'acme',
    runId: '2026-11-21T10-05-00Z-abcd',
    trigger: 'api' as const,
    startedAt: 5,
  };

  it('keeps the known record, or creates one if there is none', () => {
    const known = { ...newRun(asked), targets: 7 };
    expect(failedRun(known, asked, { Error: 'E' }, 9)).toMatchObject({
      targets: 7,
      status: 'FAILED',
      finishedAt: 9,
    });
    expect(failedRun(undefined, asked, { Error: 'E' }, 9)).toMatchObject({
      ...asked,
      targets: 0,
      error: 'E',
    });
  });
});

describe('the input of a run', () => {
  const input = { tenantId: 'acme', trigger: 'schedule', requestedAt: '2026-11-21T10:05:00Z' };

  it('identifies the same run each time, by its id if there is one', () => {
    const derived = identifyRun(RunInput.parse(input));
    expect(derived).toEqual(identifyRun(RunInput.parse(input)));
    expect(derived).toMatchObject({ tenantId: 'acme', startedAt: Date.UTC(2026, 10, 21, 10, 5) });
    const runId = '2026-11-20T00-00-00Z-0123abcd';
    expect(identifyRun(RunInput.parse({ ...input, runId }))).toMatchObject({
      runId,
      startedAt: Date.UTC(2026, 10, 20),
    });
  });
});

describe('a run that was never closed', () => {
  const started = newRun({ tenantId: 'acme', runId: 'r', trigger: 'schedule', startedAt: 1_000_000 });
  const limit = started.startedAt + MAX_RUN_SECONDS * 1000;

  it('runs as long as its workflow may, and has failed after that', () => {
    expect(runAsOf(started, limit)).toEqual(started);
    expect(runAsOf(started, limit + 1)).toMatchObject({
      status: 'FAILED',
      finishedAt: limit,
      error: expect.stringContaining('timed out'),
    });
  });

  it('is one whose record still says RUNNING', () => {
    const closed = { ...started, status: 'PARTIAL', finishedAt: 1_100_000 } as const;
    expect(runAsOf(closed, limit + 1)).toEqual(closed);
  });

  it('is allowed the timeout of the workflow plus a minute', () => {
    const file = new URL('../../../../state-machines/forecast-fleet.asl.json', import.meta.url);
    const { TimeoutSeconds } = JSON.parse(readFileSync(file, 'utf8'));
    expect(MAX_RUN_SECONDS).toBe(TimeoutSeconds + 60);
  });
});
