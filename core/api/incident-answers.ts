/** What the API answers about incidents, their causes and what they depend on. */
import * as z from 'zod';
import { CONFIDENCE_BANDS } from '../incidents/causes-report.ts';
import { COMPONENTS } from '../incidents/component.ts';
import { EDGE_SOURCES } from '../incidents/dependency-graph.ts';
import { INCIDENT_SEVERITIES, INCIDENT_STATUSES, TIMELINE_KINDS } from '../incidents/incident.ts';
import { Instant, named, pageOf } from './answers.ts';

const Seconds = z
  .number()
  .nullable()
  .describe('Seconds since the harm began; null where that has not happened');

const summary = {
  id: z.string(),
  status: z.enum(INCIDENT_STATUSES),
  severity: z.enum(INCIDENT_SEVERITIES),
  component: z
    .enum(COMPONENTS)
    .describe('Part of the system that it is about, from the names of its metrics, alarms and targets'),
  startedAt: Instant.describe('Time of the earliest signal'),
  lastAt: Instant.describe('Time of the newest signal'),
  detectedAt: Instant,
  acknowledgedAt: Instant.optional(),
  mitigatedAt: Instant.optional(),
  resolvedAt: Instant.optional(),
  reviewedAt: Instant.optional(),
  targets: z.array(z.string()),
  signals: z.number().int().describe('Different signals: one for each target, kind, and metric or alarm'),
  omittedSignals: z.number().int().optional().describe('Further signals, counted only: it holds no more'),
  reopened: z.number().int().describe('How often it came back'),
  responseTimes: z.object({
    detect: z.number(),
    acknowledge: Seconds,
    mitigate: Seconds,
    resolve: Seconds,
  }),
};

export const IncidentSummary = named('IncidentSummary', z.object(summary));
export const IncidentPage = pageOf('IncidentPage', IncidentSummary);

const Conclusion = z.object({
  cause: z.string().optional().describe('A target, or in words what else it was'),
  fix: z.string().optional().describe('What ended it'),
  by: z.string(),
  at: Instant,
});

const Change = z.object({ id: z.string(), target: z.string(), at: Instant, summary: z.string() });

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
          firstAt: Instant,
          lastAt: Instant,
          count: z.number().int(),
          active: z.boolean(),
          confidence: z.number().min(0).max(1),
        }),
      )
      .describe('What belongs together, in the order in which it began'),
    conclusion: Conclusion.optional().describe('What people found out'),
    changes: z.array(Change).describe('What was changed nearby, shortly before or during it'),
    timeline: z.array(
      z.object({ at: Instant, kind: z.enum(TIMELINE_KINDS), text: z.string(), by: z.string().optional() }),
    ),
  }),
);

const Cause = z.object({
  target: z.string(),
  score: z.number(),
  confidence: z.number().min(0).max(1).describe('Probability that this is the cause'),
  band: z.enum(CONFIDENCE_BANDS).describe('`high`: of such answers at least nine in ten were right'),
  evidence: z.array(z.string()),
  recommendation: z.string().optional().describe('What to look at or try first; nothing is done by itself'),
});

export const Causes = named(
  'Causes',
  z.object({
    incident: z.string(),
    status: z.enum(['pending', 'found']).describe('`pending`: not looked at yet'),
    diagnosedAt: Instant.optional(),
    method: z
      .enum(['excess-blame', 'relative-blame', 'correlation', 'first-to-deviate', 'topology'])
      .optional(),
    followed: z
      .object({ target: z.string(), metric: z.enum(['latency', 'availability']).optional() })
      .optional()
      .describe('Whose harm was followed'),
    window: z.object({ from: Instant, to: Instant, stepSeconds: z.number() }).optional(),
    graphVersion: z.string().optional(),
    items: z.array(Cause).describe('Most likely first'),
    harm: z
      .array(z.object({ target: z.string(), share: z.number() }))
      .describe('How much of the followed harm each target carried, 1: all of it; for drawing the topology'),
    limits: z.array(z.string()).describe('What could not be done, and what weakens the answer'),
    similar: z.array(
      z.object({
        incident: z.string(),
        similarity: z.number(),
        cause: z.string(),
        fixedBy: z.string().optional(),
        confirmed: z.boolean().describe('People named that cause; else it was the likeliest'),
      }),
    ),
  }),
);

export const Topology = named(
  'Topology',
  z.object({
    version: z.string().describe('Names the structure: equal structure, equal version'),
    updatedAt: Instant.optional(),
    nodes: z.array(z.string()),
    edges: z.array(
      z.object({
        caller: z.string(),
        callee: z.string(),
        source: z.enum(EDGE_SOURCES),
        confidence: z.number(),
        calls: z.number().nullable(),
        lastSeen: Instant,
      }),
    ),
  }),
);
