/** Recommendations of a target in the API. */
import * as z from 'zod';
import { named } from '../../platform/api/components.ts';
import { ResponseInstant } from '../../platform/api/instants.ts';
import { ROLE_NAMES } from '../../platform/permissions.ts';
import { TargetId } from '../../shared/identifiers.ts';
import { REVERSIBILITIES, RISKS } from '../action.ts';
import { HORIZONS } from '../plan.ts';
import { PREFERENCES, SKILLS } from '../recommendation/for-reader.ts';

export const RecommendationsQuery = z.strictObject({
  target: TargetId,
  role: z.enum(ROLE_NAMES).optional().describe('Of the reader: changes words, never safety'),
  skill: z.enum(SKILLS).optional().describe('How well the reader knows the system'),
  preference: z.enum(PREFERENCES).optional().describe('What the team of the reader values most'),
});

const Probability = z.number().min(0).max(1);

export const Recommendations = named(
  'Recommendations',
  z.object({
    target: z.string(),
    remediation: z.string().optional().describe('The newest remediation that considered the target'),
    at: ResponseInstant.optional().describe('When they were computed'),
    problem: z.string().optional(),
    explanation: z.string(),
    items: z.array(
      z.object({
        action: z.string(),
        resource: z.string(),
        parameters: z.unknown(),
        change: z.string(),
        horizon: z.enum(HORIZONS),
        score: Probability,
        confidence: Probability.describe('Calibrated probability of the problem'),
        expectedSuccess: Probability.describe('Probability that the action ends the problem'),
        risk: z.enum(RISKS),
        reversibility: z.enum(REVERSIBILITIES),
        minutes: z.object({ act: z.number(), settle: z.number() }),
        cost: z.object({ usdPerHour: z.number(), usdOnce: z.number(), basis: z.string() }),
        why: z.array(z.string()),
        how: z.array(z.string()),
        planHash: z.string(),
      }),
    ),
  }),
);
