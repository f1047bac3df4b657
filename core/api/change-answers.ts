/** What the API answers about changes, their risk and the health of their targets. */
import * as z from 'zod';
import { CHANGE_HEALTHS, CHANGE_KINDS } from '../changes/change.ts';
import { RiskAssessment as Assessment, RISK_LEVELS } from '../changes/risk/engine/risk-model.ts';
import { Instant, named, pageOf } from './answers.ts';

const Health = z
  .enum(CHANGE_HEALTHS)
  .describe(
    '`watching`: not over; `degraded`: between healthy and unhealthy; `unknown`: too little was measured; `superseded`: deployed again before it could be judged',
  );
const Score = z.number().min(0).max(100);

export const RiskAssessment = named('RiskAssessment', Assessment);

const summary = {
  id: z.string(),
  target: z.string(),
  kind: z.enum(CHANGE_KINDS),
  summary: z.string(),
  at: Instant,
  version: z.string().optional(),
  previousVersion: z.string().optional(),
  health: Health,
  score: Score.optional().describe('The newest known health score, 0 to 100'),
  risk: z.number().min(0).max(1).optional().describe('Assessed from its plan before it was made'),
  riskLevel: z.enum(RISK_LEVELS).optional(),
};

export const ChangeSummary = named('ChangeSummary', z.object(summary));
export const ChangePage = pageOf('ChangePage', ChangeSummary);

export const ChangeDetail = named(
  'ChangeDetail',
  z.object({
    ...summary,
    recordedAt: Instant,
    assessment: RiskAssessment.optional(),
    checks: z
      .array(
        z.object({
          minutes: z.number(),
          until: Instant.describe('Data up to here were looked at'),
          checkedAt: Instant,
          score: Score.nullable().describe('null where too little was known'),
          confidence: z.number().min(0).max(1),
          judged: z.number().int().describe('Metrics of the target that could be judged'),
          sent: z.number().int().describe('Metrics that it was sending before'),
          evidence: z.array(
            z.object({
              text: z.string(),
              points: z.number().describe('What it alone takes off the score'),
            }),
          ),
        }),
      )
      .describe('Looks at its health, oldest first'),
    nextCheckAt: Instant.optional(),
    closedAt: Instant.optional(),
    reason: z.string().optional().describe('Why it was not watched, or could not be judged'),
    proposal: z
      .object({
        action: z.literal('roll-back-deployment'),
        target: z.string(),
        from: z.string().optional(),
        to: z.string().optional(),
        confidence: z.number().min(0).max(1),
        expiresAt: Instant,
      })
      .optional()
      .describe('Proposed and announced; nothing was done'),
  }),
);

export const RecordedChange = named(
  'RecordedChange',
  z.object({ id: z.string(), at: Instant, health: Health, assessment: RiskAssessment.optional() }),
);
