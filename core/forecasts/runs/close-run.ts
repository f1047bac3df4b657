import type { ForecastRun } from '../forecast-run.ts';
import { newRun } from './sum-results.ts';

/** What Step Functions says about a state that failed. `Cause` of a Lambda's error is JSON with its message. */
export interface WorkflowError {
  readonly Error: string;
  readonly Cause?: string | undefined;
}

const LONGEST_MESSAGE = 500;

const messageIn = (cause: string): string => {
  try {
    const parsed: unknown = JSON.parse(cause);
    const message =
      parsed !== null && typeof parsed === 'object' && 'errorMessage' in parsed && parsed.errorMessage;
    return typeof message === 'string' ? message : cause;
  } catch {
    return cause;
  }
};

/** One line on why a workflow failed; leaves out stack traces, which are for the log. */
export const describeFailure = ({ Error: name, Cause }: WorkflowError): string => {
  const message = Cause === undefined ? '' : messageIn(Cause);
  return (message === '' ? name : `${name}: ${message}`).slice(0, LONGEST_MESSAGE);
};

/** The record of a run whose workflow failed; `known` is absent where it failed before the run was recorded. */
export const failedRun = (
  known: ForecastRun | undefined,
  asked: Pick<ForecastRun, 'tenantId' | 'runId' | 'trigger' | 'startedAt'>,
  error: WorkflowError,
  finishedAt: number,
): ForecastRun => ({
  ...(known ?? newRun(asked)),
  status: 'FAILED',
  finishedAt,
  error: describeFailure(error),
});

/** How long a run's workflow may take (`TimeoutSeconds` of forecast-fleet), and a minute for its record to be written. */
export const LONGEST_RUN_SECONDS = 3300 + 60;

/**
 * A run as it stands at a moment (epoch milliseconds). A workflow that was stopped, or ran out of time, runs nothing
 * more, so that nobody closes its record: once it can no longer be running, it has failed.
 */
export const runAsOf = (run: ForecastRun, now: number): ForecastRun => {
  const latest = run.startedAt + LONGEST_RUN_SECONDS * 1000;
  if (run.status !== 'RUNNING' || now <= latest) return run;
  const error = 'the workflow was stopped or ran out of time; its execution says which';
  return { ...run, status: 'FAILED', finishedAt: latest, error };
};
