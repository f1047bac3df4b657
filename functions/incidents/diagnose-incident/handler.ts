import type { SQSBatchResponse } from 'aws-lambda';
import {
  type DiagnosisDeps,
  diagnoseIncident,
} from '../../../core/incidents/explaining/diagnose-incident.ts';
import { describeIssues } from '../../../core/shared/describe-issues.ts';
import { InvalidInputError } from '../../../core/shared/errors.ts';
import { inParallel } from '../../../core/shared/in-parallel.ts';
import type { ReadDeps } from '../../../core/shared/read-messages.ts';
import { QueueEvent } from '../../runtime/queue-event.ts';
import { readInTrace } from '../../runtime/read-in-trace.ts';
import { traced } from '../../runtime/tracing/trace.ts';
import { type Reference, readReference } from './reference.ts';

export type Deps = Omit<DiagnosisDeps, 'inParallel'> & ReadDeps;

/**
 * Diagnoses the incidents of a batch of events, one after another and each one once. Messages of an incident that fails
 * are reported for redelivery; unreadable messages are parked.
 */
export const makeHandler =
  (deps: Deps) =>
  async (event: unknown): Promise<SQSBatchResponse> => {
    const parsed = QueueEvent.safeParse(event);
    if (!parsed.success) throw new InvalidInputError(`not an SQS event: ${describeIssues(parsed.error)}`);
    const read = await readInTrace(deps, parsed.data, readReference);
    const failed = [...read.failed];
    const byIncident = Map.groupBy(
      read.readable,
      ({ content: { tenantId, incidentId } }) => `${tenantId} ${incidentId}`,
    );
    for (const own of byIncident.values()) {
      const { tenantId: tenant, incidentId: incident } = own[0]!.content;
      const caused = { origins: own.map(({ trace }) => trace), ids: { tenant, incident } };
      if (!(await traced(caused, () => isDiagnosed(deps, own[0]!.content))))
        failed.push(...own.map(({ id }) => id));
    }
    return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
  };

const isDiagnosed = async (deps: Deps, { tenantId, incidentId }: Reference): Promise<boolean> => {
  try {
    await diagnoseIncident({ ...deps, inParallel }, tenantId, incidentId);
    return true;
  } catch (cause) {
    deps.telemetry.count('DiagnosisFailed');
    deps.telemetry.error('the incident could not be diagnosed', { tenantId, incidentId }, cause);
    return false;
  }
};
