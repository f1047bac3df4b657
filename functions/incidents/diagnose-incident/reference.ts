import * as z from 'zod';
import { describeIssues } from '../../../core/shared/describe-issues.ts';
import { InvalidInputError } from '../../../core/shared/errors.ts';
import { TenantId } from '../../../core/shared/identifiers.ts';
import { parseJson } from '../../../core/shared/read-messages.ts';

/** The fields that are read from an incident event; the incident itself comes from its store. */
const IncidentEvent = z.object({ detail: z.object({ tenantId: TenantId, incidentId: z.string().min(1) }) });

export type Reference = z.infer<typeof IncidentEvent>['detail'];

/** Reads the text of a queue message. @throws InvalidInputError if it is not an incident event */
export const readReference = (body: string): Reference => {
  const parsed = IncidentEvent.safeParse(parseJson(body));
  if (!parsed.success) throw new InvalidInputError(`incident event: ${describeIssues(parsed.error)}`);
  return parsed.data.detail;
};
