/** Changes and the health of their targets in the API. */
import * as z from 'zod';
import { named } from '../../platform/api/components.ts';
import { RequestInstant, ResponseInstant } from '../../platform/api/instants.ts';
import { pageOf, paging } from '../../platform/api/paging.ts';
import { TargetId } from '../../shared/identifiers.ts';
import { PlainLine } from '../../shared/text.ts';
import { CHANGE_HEALTHS, CHANGE_KINDS } from '../change.ts';
import { RISK_LEVELS } from '../risk/engine/risk-model.ts';
import { WatchPolicy } from '../watch-policy.ts';
import { Plan, RiskAssessment } from './assessment.ts';

const ChangeId = z.string().regex(/^[\w.:@-]{1,128}$/, 'expected 1-128 of letters, digits and "_ . : @ -"');
const Version = PlainLine.min(1).max(128);

export const ChangePath = z.object({ changeId: ChangeId });

export const ChangesQuery = z.strictObject({
  ...paging,
  target: TargetId.optional(),
  kind: z.enum(CHANGE_KINDS).optional(),
  health: z.enum(CHANGE_HEALTHS).optional(),
});

export const ChangeBody = named(
  'Change',
  z
    .strictObject({
      id: ChangeId.optional().describe(
        'Identifies the change, so that sending it again is safe; default: derived from the other fields',
      ),
      target: TargetId,
      summary: PlainLine.min(1).max(500).describe('The change, such as "version 41 deployed"'),
      at: RequestInstant.optional().describe('ISO 8601 or epoch seconds; default: now'),
      kind: z
        .enum(CHANGE_KINDS)
        .default('other')
        .describe('After a `deployment`, the health of the target is watched for an hour'),
      version: Version.optional(),
      previousVersion: Version.optional().describe('The version that a rollback would restore'),
      plan: Plan.optional(),
      watch: WatchPolicy.optional().describe(
        'When a deployment is checked, and the limits of its health score',
      ),
    })
    .refine(({ kind, watch }) => watch === undefined || kind === 'deployment', {
      message: 'only a change of kind deployment is watched',
      path: ['watch'],
    }),
);

const Health = z
  .enum(CHANGE_HEALTHS)
  .describe(
    '`watching`: the watch is not over; `degraded`: between healthy and unhealthy; `unknown`: too few measurements; `superseded`: deployed again before it could be scored',
  );
const Score = z.number().min(0).max(100);

const summary = {
  id: z.string(),
  target: z.string(),
  kind: z.enum(CHANGE_KINDS),
  summary: z.string(),
  at: ResponseInstant,
  version: z.string().optional(),
  previousVersion: z.string().optional(),
  health: Health,
  score: Score.optional().describe('The newest health score, 0 to 100'),
  risk: z.number().min(0).max(1).optional().describe('Assessed from the plan before the change was made'),
  riskLevel: z.enum(RISK_LEVELS).optional(),
};

export const ChangeSummary = named('ChangeSummary', z.object(summary));
export const ChangePage = pageOf('ChangePage', ChangeSummary);

export const ChangeDetail = named(
  'ChangeDetail',
  z.object({
    ...summary,
    recordedAt: ResponseInstant,
    assessment: RiskAssessment.optional(),
    checks: z
      .array(
        z.object({
          minutes: z.number(),
          until: ResponseInstant.describe('End of the data that the check used'),
          checkedAt: ResponseInstant,
          score: Score.nullable().describe('null if too little was known'),
          confidence: z.number().min(0).max(1),
          judged: z.number().int().describe('Metrics of the target that could be scored'),
          sent: z.number().int().describe('Metrics that the target sent before'),
          evidence: z.array(
            z.object({
              text: z.string(),
              points: z.number().describe('Points that it alone takes off the score'),
            }),
          ),
        }),
      )
      .describe('Checks of its health, oldest first'),
    nextCheckAt: ResponseInstant.optional(),
    closedAt: ResponseInstant.optional(),
    reason: z.string().optional().describe('Why it was not watched, or could not be scored'),
    proposal: z
      .object({
        action: z.literal('roll-back-deployment'),
        target: z.string(),
        from: z.string().optional(),
        to: z.string().optional(),
        confidence: z.number().min(0).max(1),
        expiresAt: ResponseInstant,
      })
      .optional()
      .describe('Proposal to roll back, announced as an event; Forestall does not act on it'),
  }),
);

export const RecordedChange = named(
  'RecordedChange',
  z.object({ id: z.string(), at: ResponseInstant, health: Health, assessment: RiskAssessment.optional() }),
);
