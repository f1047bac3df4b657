/** Schemas of parts of incidents that are stored as JSON. */
import * as z from 'zod';
import { objectOf } from '../shared/schemas.ts';
import { HARM_METRICS } from './diagnosis/diagnosis-target.ts';
import type { PastIncident } from './diagnosis/similar-incidents.ts';
import type { IncidentMember } from './incident.ts';

export const StoredMember: z.ZodType<IncidentMember> = objectOf<IncidentMember>()({
  key: z.string(),
  kind: z.enum(['anomaly', 'predicted-breach', 'alarm']),
  targetId: z.string(),
  firstAt: z.number(),
  lastAt: z.number(),
  count: z.number(),
  watches: z.string().exactOptional(),
  onsets: z.array(z.number()).exactOptional(),
  endedAt: z.number().exactOptional(),
  isActive: z.boolean(),
  confidence: z.number(),
  impactAt: z.number().nullable(),
});

export const StoredPastIncident: z.ZodType<PastIncident> = objectOf<PastIncident>()({
  incidentId: z.string(),
  metric: z.enum([...HARM_METRICS, 'any']),
  signature: z.record(z.string(), z.number()),
  cause: z.string(),
  isConfirmed: z.literal(true).exactOptional(),
  mistaken: z.string().exactOptional(),
  fixedBy: z.string().exactOptional(),
});
