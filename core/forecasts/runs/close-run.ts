import type { ForecastRun } from '../forecast-run.ts';
import { newRun } from './sum-results.ts';

/** The error output of a failed state. For a Lambda error, `Cause` is JSON with its message. */
export interface WorkflowError {
  readonly Error: string;
  readonly Cause?: string | undefined;
}

const MAX_MESSAGE_LENGTH = 500;

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

/** The reason of a failed workflow in one line, without the stack trace. */
export const describeFailure = ({ Error: name, Cause }: WorkflowError): string => {
  const message = Cause === undefined ? '' : messageIn(Cause);
  return (message === '' ? name : `${name}: ${message}`).slice(0, MAX_MESSAGE_LENGTH);
};

/** The record of a run whose workflow failed; `known` is absent if it failed before the run was recorded. */
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

/** Time limit of a run's workflow (`TimeoutSeconds` of forecast-fleet), plus a minute for writing its record. */
export const MAX_RUN_SECONDS = 3300 + 60;

/**
 * The state of a run at a time (epoch milliseconds). A workflow that was stopped or timed out cannot close its record,
 * so a run that exceeds its time limit counts as failed.
 */
export const runAsOf = (run: ForecastRun, now: number): ForecastRun => {
  const latest = run.startedAt + MAX_RUN_SECONDS * 1000;
  if (run.status !== 'RUNNING' || now <= latest) return run;
  const error = 'the workflow was stopped or timed out; see its execution';
  return { ...run, status: 'FAILED', finishedAt: latest, error };
};
