/** What is asked about incidents, and what people and tools tell about the fleet. */
import * as z from 'zod';
import { INCIDENT_SEVERITIES, INCIDENT_STATUSES } from '../incidents/incident.ts';
import { TraceSummary } from '../incidents/topology/trace-edges.ts';
import { TargetId } from '../shared/identifiers.ts';
import { named } from './answers.ts';
import { paging } from './requests.ts';

const MOST_EDGES = 2000;

export const IncidentsQuery = z.strictObject({
  ...paging,
  status: z.enum(INCIDENT_STATUSES).optional(),
  severity: z.enum(INCIDENT_SEVERITIES).optional(),
});

export const IncidentPath = z.object({
  incidentId: z.string().regex(/^[\w-]{1,64}$/, 'expected the id of an incident'),
});

export const TransitionBody = named(
  'IncidentTransition',
  z.strictObject({
    to: z.enum(INCIDENT_STATUSES),
    note: z.string().min(1).max(2000).optional().describe('Why'),
    cause: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .describe('With resolved or reviewed: the target that caused it, or in words what else did'),
    fix: z
      .string()
      .min(1)
      .max(2000)
      .optional()
      .describe('With resolved or reviewed: what ended it; shown where later incidents look alike'),
  }),
);

export const TopologyBody = named(
  'DeclaredTopology',
  z.strictObject({
    edges: z
      .array(
        z.strictObject({
          caller: TargetId,
          callee: TargetId,
          absent: z.boolean().optional().describe('True: there is no such call, whatever traces say'),
        }),
      )
      .max(MOST_EDGES),
  }),
);

export const TracesBody = named('TraceSummary', TraceSummary);
