/** Transitions of incidents in the API. */
import * as z from 'zod';
import { named } from '../../platform/api/components.ts';
import { PlainLine, PlainText } from '../../shared/text.ts';
import { INCIDENT_STATUSES } from '../incident.ts';

export const TransitionBody = named(
  'IncidentTransition',
  z.strictObject({
    to: z.enum(INCIDENT_STATUSES),
    note: PlainText.min(1).max(2000).optional().describe('Reason of the transition'),
    cause: PlainLine.min(1)
      .max(200)
      .optional()
      .describe('With resolved or reviewed: the target that caused it, or a description of another cause'),
    fix: PlainText.min(1)
      .max(2000)
      .optional()
      .describe('With resolved or reviewed: the action that ended it; shown with similar incidents later'),
  }),
);
