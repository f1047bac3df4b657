import type { SQSBatchResponse } from 'aws-lambda';
import * as z from 'zod';
import {
  type DiagnosisDeps,
  diagnoseIncident,
} from '../../../core/incidents/explaining/diagnose-incident.ts';
import { InvalidInputError } from '../../../core/shared/errors.ts';
import { TenantId } from '../../../core/shared/identifiers.ts';
import { inParallel } from '../../../core/shared/in-parallel.ts';

export type Deps = Omit<DiagnosisDeps, 'inParallel'>;

const QueueEvent = z.object({
  Records: z.array(z.object({ messageId: z.string().min(1), body: z.string() })),
});
/** The part of an incident event that is read: the incident itself is read from its store. */
const IncidentEvent = z.object({ detail: z.object({ tenantId: TenantId, incidentId: z.string().min(1) }) });
type Wanted = z.infer<typeof IncidentEvent>['detail'] & { readonly messageIds: string[] };

const parseJson = (body: string): unknown => {
  try {
    return JSON.parse(body);
  } catch (cause) {
    throw new InvalidInputError('the message is no JSON', { cause });
  }
};

/** Each incident once, however many of the batch's messages are about it. */
const wantedIn = (deps: Deps, records: readonly { messageId: string; body: string }[]) => {
  const wanted = new Map<string, Wanted>();
  const failed: string[] = [];
  for (const { messageId, body } of records) {
    try {
      const { detail } = IncidentEvent.parse(parseJson(body));
      const key = `${detail.tenantId} ${detail.incidentId}`;
      const known = wanted.get(key) ?? { ...detail, messageIds: [] };
      known.messageIds.push(messageId);
      wanted.set(key, known);
    } catch (cause) {
      deps.telemetry.error('the message is no incident event', { messageId }, cause);
      failed.push(messageId);
    }
  }
  return { wanted: [...wanted.values()], failed };
};

/** Explains the incidents of a batch of events, one after another; what fails is reported for redelivery. */
export const makeHandler =
  (deps: Deps) =>
  async (event: unknown): Promise<SQSBatchResponse> => {
    const parsed = QueueEvent.safeParse(event);
    if (!parsed.success) throw new InvalidInputError(`no SQS event: ${z.prettifyError(parsed.error)}`);
    const { wanted, failed } = wantedIn(deps, parsed.data.Records);
    for (const { tenantId, incidentId, messageIds } of wanted) {
      try {
        await diagnoseIncident({ ...deps, inParallel }, tenantId, incidentId);
      } catch (cause) {
        deps.telemetry.count('DiagnosisFailed');
        deps.telemetry.error('the incident could not be explained', { tenantId, incidentId }, cause);
        failed.push(...messageIds);
      }
    }
    return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
  };
