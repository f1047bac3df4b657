/** Remediations in the API: everything that a person needs to decide, and what became of it. */
import * as z from 'zod';
import { ACTOR_KINDS } from '../../platform/actor.ts';
import { named } from '../../platform/api/components.ts';
import { ResponseInstant } from '../../platform/api/instants.ts';
import { pageOf, paging } from '../../platform/api/paging.ts';
import { TargetId } from '../../shared/identifiers.ts';
import { EFFECTS, REVERSIBILITIES, RISKS } from '../action.ts';
import { EnvironmentName } from '../plan.ts';
import { QUESTIONS, REMEDIATION_STATUSES, Refusal, VERDICTS } from '../remediation.ts';
import { AnyJson } from './json.ts';

const Probability = z.number().min(0).max(1);
const Hash = z.string().describe('SHA-256 of the exact plan; an answer must name it');
const By = z.object({ kind: z.enum(ACTOR_KINDS), name: z.string(), keyId: z.string().optional() });

export const RemediationId = z
  .string()
  .regex(/^[\w-]{1,100}$/, 'expected 1-100 of letters, digits, "_" and "-"');
export const RemediationPath = z.object({ remediationId: RemediationId });

export const RemediationsQuery = z.strictObject({
  ...paging,
  status: z.enum(REMEDIATION_STATUSES).optional(),
  environment: EnvironmentName.optional(),
  target: TargetId.optional().describe('Only remediations of problems of this target'),
});

const summary = {
  id: z.string(),
  status: z.enum(REMEDIATION_STATUSES),
  startedAt: ResponseInstant,
  endedAt: ResponseInstant.optional(),
  environment: z.string().optional(),
  dryRun: z.boolean().describe('Only a rehearsal: nothing is changed'),
  cause: z.string().describe('One sentence'),
  action: z.string().optional(),
  resource: z.string().optional(),
  change: z.string().optional().describe('One sentence with the values: `desired instances 5 → 6`'),
  risk: z.enum(RISKS).optional(),
  planHash: Hash.optional(),
  answerBy: ResponseInstant.optional().describe('Until when people are asked; no answer means no'),
  explanation: z.string().describe('Why it is where it is'),
};
export const RemediationSummary = named('RemediationSummary', z.object(summary));
export const RemediationPage = pageOf('RemediationPage', RemediationSummary);

const Plan = z.object({
  hash: Hash,
  action: z.object({ id: z.string(), version: z.number().int(), title: z.string(), description: z.string() }),
  resource: z.string(),
  environment: z.string(),
  effect: z.enum(EFFECTS),
  risk: z.enum(RISKS),
  parameters: AnyJson.describe('All parameters with which the action would run'),
  change: z.object({
    summary: z.string(),
    from: AnyJson.describe('State of the resource from which the plan was made'),
    to: AnyJson.describe('State that is intended'),
    touches: z.number().int().describe('Units that the change touches, such as instances'),
  }),
  calls: z
    .array(z.object({ service: z.string(), operation: z.string(), input: AnyJson }))
    .describe('The calls that the change makes'),
  problem: z.object({
    alertType: z.string(),
    targets: z.array(z.string()),
    metric: z.string().optional(),
    threshold: z.object({ direction: z.enum(['above', 'below']), limit: z.number() }).optional(),
    confidence: Probability.describe('Calibrated probability that the problem exists or will'),
    impactAt: ResponseInstant.optional().describe('Median time of the harm; absent if it is there already'),
    evidence: z.array(z.string()),
  }),
  expectedSuccess: Probability.describe('Probability that the action ends the problem'),
  cost: z.object({ usdPerHour: z.number(), usdOnce: z.number(), basis: z.string() }),
  minutes: z.object({ act: z.number(), settle: z.number() }),
  reversibility: z.enum(REVERSIBILITIES),
  undo: z.string().describe('How the change can be taken back'),
  withoutAnswer: z.string().describe('What happens if nobody answers'),
  policyVersion: z.number().int(),
  plannedAt: ResponseInstant,
  expiresAt: ResponseInstant.describe('After this time the plan is not carried out'),
});
export type PlanView = z.infer<typeof Plan>;

const Given = z.object({ by: By, at: ResponseInstant, reason: z.string() });

export const RemediationView = named(
  'Remediation',
  z.object({
    ...summary,
    plan: Plan.optional(),
    refusals: z.array(Refusal).describe('Rules that refused, and what would have to be different'),
    approval: z
      .object({
        askedAt: ResponseInstant,
        expiresAt: ResponseInstant,
        needed: z.number().int(),
        approvals: z.array(Given),
        rejection: Given.optional(),
      })
      .optional(),
    execution: z
      .object({
        before: AnyJson.describe('State of the resource, recorded before anything was changed'),
        beganAt: ResponseInstant.optional(),
        doneAt: ResponseInstant.optional(),
        undo: z
          .object({
            change: z.string(),
            reason: z.string(),
            beganAt: ResponseInstant,
            doneAt: ResponseInstant.optional(),
          })
          .optional(),
      })
      .optional(),
    question: z
      .enum(QUESTIONS)
      .optional()
      .describe('What people are asked: the plan, or whether to undo it; absent if nothing'),
    undoRequest: z.object({ needed: z.number().int(), approvals: z.array(Given) }).optional(),
    verification: z
      .object({
        verdict: z.enum(VERDICTS),
        probabilityAvoided: Probability.optional(),
        points: z.number().int(),
        newestAt: ResponseInstant.optional(),
        evidence: z.array(z.string()),
        at: ResponseInstant,
      })
      .optional(),
    workflowVersion: z.string(),
  }),
);
export type RemediationView = z.infer<typeof RemediationView>;
