import type { SQSBatchResponse } from 'aws-lambda';
import { readTrigger, type Trigger } from '../../../core/remediation/runs/read-trigger.ts';
import { type StartDeps, startRemediation } from '../../../core/remediation/runs/start.ts';
import { describeIssues } from '../../../core/shared/describe-issues.ts';
import { InvalidInputError } from '../../../core/shared/errors.ts';
import type { ReadDeps } from '../../../core/shared/read-messages.ts';
import { QueueEvent } from '../../runtime/queue-event.ts';
import { readInTrace } from '../../runtime/read-in-trace.ts';
import { traced } from '../../runtime/tracing/trace.ts';

export interface Deps extends StartDeps, ReadDeps {
  /** The tenant that owns this account's CloudWatch alarms. */
  readonly ownTenant: string;
}

/**
 * Starts the workflow for each message of a batch that the policy of its tenant covers. Messages that fail are reported
 * for redelivery; unreadable ones are parked.
 */
export const makeHandler =
  (deps: Deps) =>
  async (event: unknown): Promise<SQSBatchResponse> => {
    const parsed = QueueEvent.safeParse(event);
    if (!parsed.success) throw new InvalidInputError(`not an SQS event: ${describeIssues(parsed.error)}`);
    const read = await readInTrace(deps, parsed.data, (body) => readTrigger(body, deps.ownTenant));
    const failed = [...read.failed];
    for (const { id, content, trace } of read.readable) {
      const caused = { origins: [trace], ids: { tenant: content.tenantId } };
      if (!(await traced(caused, () => isStarted(deps, content)))) failed.push(id);
    }
    return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
  };

const isStarted = async (deps: Deps, trigger: Trigger): Promise<boolean> => {
  const about = { tenantId: trigger.tenantId, trigger: trigger.kind };
  try {
    const started = await startRemediation(deps, trigger);
    if (started !== 'not-managed') deps.telemetry.info('remediation requested', { ...about, started });
    deps.telemetry.count(started === 'started' ? 'RemediationStarted' : 'RemediationNotStarted');
    return true;
  } catch (cause) {
    deps.telemetry.count('RemediationNotStarted');
    deps.telemetry.error('the remediation could not be started', about, cause);
    return false;
  }
};
