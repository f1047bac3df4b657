/** Stored form of causes reports and past incidents: one item each. */
import * as z from 'zod';
import type { CausesReport, ExplainedCause } from '../../core/incidents/causes-report.ts';
import type { AlarmGate } from '../../core/incidents/diagnosis/alarm-gate.ts';
import { HARM_METRICS } from '../../core/incidents/diagnosis/diagnosis-target.ts';
import type { ChangeEvidence, RecentChange } from '../../core/incidents/diagnosis/recent-changes.ts';
import type { PastIncident, SimilarIncident } from '../../core/incidents/diagnosis/similar-incidents.ts';
import { StoredPastIncident } from '../../core/incidents/stored-schemas.ts';
import { numberOrNaN, objectOf, orUndefined } from '../../core/shared/schemas.ts';
import { type StoredFormat, schemaVersionOf } from '../../core/shared/stored-format.ts';
import type { Item } from '../aws/dynamodb/table.ts';
import { deflated, deflateJson } from '../aws/json-attributes.ts';
import { causesKey, pastIncidentKey } from './item-keys.ts';

const Similar: z.ZodType<SimilarIncident> = objectOf<SimilarIncident>()({
  incident: StoredPastIncident,
  similarity: numberOrNaN,
});

const Change: z.ZodType<ChangeEvidence> = objectOf<ChangeEvidence>()({
  change: objectOf<RecentChange>()({ node: z.string(), at: z.number(), summary: z.string() }),
  secondsBefore: z.number(),
  closeness: numberOrNaN,
});

const Cause: z.ZodType<ExplainedCause> = objectOf<ExplainedCause>()({
  node: z.string(),
  score: numberOrNaN,
  confidence: numberOrNaN,
  evidence: z.array(z.string()),
  change: Change.exactOptional(),
  similar: Similar.exactOptional(),
  recommendation: z.string().exactOptional(),
});

const Gate: z.ZodType<AlarmGate> = objectOf<AlarmGate>()({
  isConvincing: z.boolean(),
  deviations: z.number().nullable(),
  rise: numberOrNaN,
  message: z.string(),
});

const Report: z.ZodType<CausesReport> = objectOf<CausesReport>()({
  incidentId: z.string(),
  incidentVersion: z.number(),
  diagnosedAt: z.number(),
  target: z.string(),
  metric: orUndefined(z.enum(HARM_METRICS)),
  window: z.object({ from: z.number(), to: z.number(), stepSeconds: z.number() }),
  graphVersion: orUndefined(z.string()),
  method: z.enum(['excess-blame', 'relative-blame', 'correlation', 'first-to-deviate', 'topology']),
  causes: z.array(Cause),
  limits: z.array(z.string()),
  gate: orUndefined(Gate),
  similar: z.array(Similar),
  signature: z.record(z.string(), z.number()),
  inputsHash: z.string().exactOptional(),
});

const CausesItem = z.object({ data: deflated(Report) });
export const CAUSES: StoredFormat<z.infer<typeof CausesItem>> = {
  kind: 'causes report',
  version: 1,
  schema: CausesItem,
};

export const causesItem = (tenantId: string, report: CausesReport, expiresAt: number): Item => ({
  ...causesKey(tenantId, report.incidentId),
  ...schemaVersionOf(CAUSES),
  incidentVersion: report.incidentVersion,
  data: deflateJson(report),
  expiresAt,
});

const PastItem = z.object({ data: deflated(StoredPastIncident) });
export const PAST_INCIDENT: StoredFormat<z.infer<typeof PastItem>> = {
  kind: 'past incident',
  version: 1,
  schema: PastItem,
};

export const pastIncidentItem = (tenantId: string, past: PastIncident, expiresAt: number): Item => ({
  ...pastIncidentKey(tenantId, past.incidentId),
  ...schemaVersionOf(PAST_INCIDENT),
  data: deflateJson(past),
  expiresAt,
});
