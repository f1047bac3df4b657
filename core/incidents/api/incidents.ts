/** Incidents in the API. */

import * as z from 'zod';
import { ACTOR_KINDS } from '../../platform/actor.ts';
import { named } from '../../platform/api/components.ts';
import { ResponseInstant } from '../../platform/api/instants.ts';
import { pageOf, paging } from '../../platform/api/paging.ts';
import { COMPONENTS } from '../component.ts';
import { INCIDENT_SEVERITIES, INCIDENT_STATUSES, TIMELINE_KINDS } from '../incident.ts';

export const IncidentsQuery = z.strictObject({
  ...paging,
  status: z.enum(INCIDENT_STATUSES).optional(),
  severity: z.enum(INCIDENT_SEVERITIES).optional(),
});

export const IncidentPath = z.object({
  incidentId: z.string().regex(/^[\w-]{1,64}$/, 'expected the id of an incident'),
});

const Seconds = z.number().nullable().describe('Seconds since the harm began; null if it has not happened');

const summary = {
  id: z.string(),
  status: z.enum(INCIDENT_STATUSES),
  severity: z.enum(INCIDENT_SEVERITIES),
  component: z
    .enum(COMPONENTS)
    .describe('Affected part of the system, derived from the names of its metrics, alarms and targets'),
  startedAt: ResponseInstant.describe('Time of the earliest signal'),
  lastAt: ResponseInstant.describe('Time of the newest signal'),
  detectedAt: ResponseInstant,
  acknowledgedAt: ResponseInstant.optional(),
  mitigatedAt: ResponseInstant.optional(),
  resolvedAt: ResponseInstant.optional(),
  reviewedAt: ResponseInstant.optional(),
  targets: z.array(z.string()),
  signals: z.number().int().describe('Distinct signals: one for each target, kind, and metric or alarm'),
  omittedSignals: z
    .number()
    .int()
    .optional()
    .describe('Signals that are only counted because the incident is full'),
  reopened: z.number().int().describe('Number of times it was reopened'),
  responseTimes: z.object({
    detect: z.number(),
    acknowledge: Seconds,
    mitigate: Seconds,
    resolve: Seconds,
  }),
};

export const IncidentSummary = named('IncidentSummary', z.object(summary));
export const IncidentPage = pageOf('IncidentPage', IncidentSummary);

const By = named(
  'Actor',
  z.object({
    kind: z
      .enum(ACTOR_KINDS)
      .describe(
        '`token`: with an access token of a key or person; `unknown`: recorded by an earlier release',
      ),
    name: z.string().describe('Name of the API key, or user name'),
    keyId: z.string().optional().describe('Of the API key, also of one that a token came from'),
  }),
);

const Conclusion = z.object({
  cause: z.string().optional().describe('A target, or a description of another cause'),
  fix: z.string().optional().describe('The action that ended it'),
  by: By,
  at: ResponseInstant,
});

const Change = z.object({ id: z.string(), target: z.string(), at: ResponseInstant, summary: z.string() });

export const Incident = named(
  'Incident',
  z.object({
    ...summary,
    members: z
      .array(
        z.object({
          kind: z.enum(['anomaly', 'predicted-breach', 'alarm']),
          target: z.string(),
          subject: z.string().describe('Metric or alarm'),
          component: z.enum(COMPONENTS),
          firstAt: ResponseInstant,
          lastAt: ResponseInstant,
          count: z.number().int(),
          active: z.boolean(),
          confidence: z.number().min(0).max(1),
        }),
      )
      .describe('Signals that belong to the incident, earliest first'),
    conclusion: Conclusion.optional().describe('Findings of the people who resolved or reviewed it'),
    changes: z.array(Change).describe('Changes of related targets, shortly before or during it'),
    timeline: z.array(
      z.object({
        at: ResponseInstant,
        kind: z.enum(TIMELINE_KINDS),
        text: z.string(),
        by: By.optional().describe('Absent if Forestall did it'),
      }),
    ),
  }),
);
