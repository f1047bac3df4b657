/** What people and keys ask of remediations. */
import * as z from 'zod';
import { named } from '../../platform/api/components.ts';
import { PlainLine } from '../../shared/text.ts';
import { QUESTIONS } from '../remediation.ts';
import { ResourceId } from '../resource.ts';
import { RemediationId } from './remediations.ts';

const Reason = PlainLine.max(500).default('').describe('Recorded with the decision');
const PlanHash = z
  .string()
  .regex(/^[0-9a-f]{64}$/, 'expected the hash of the plan: 64 hexadecimal digits')
  .describe('`planHash` of the remediation as you saw it; refused if the plan is another one by now');

export const AnswerBody = named(
  'RemediationAnswer',
  z.strictObject({
    planHash: PlanHash,
    question: z
      .enum(QUESTIONS)
      .default('plan')
      .describe('What you answer: the plan, or whether to undo it; refused if the other is asked'),
    reason: Reason,
  }),
);

export const UndoBody = named('UndoWish', z.strictObject({ planHash: PlanHash, reason: Reason }));

export const ActionRequest = named(
  'ActionRequest',
  z.strictObject({
    action: z
      .string()
      .regex(/^[a-z][a-z0-9-]{2,60}$/)
      .describe('Id of an action of the catalogue'),
    resource: ResourceId.describe('`<kind>:<name>` as in the policy, which also has the parameters'),
    reason: PlainLine.min(1).max(500),
    dryRun: z
      .boolean()
      .default(true)
      .describe('Only a rehearsal: shows the plan and its calls, and changes nothing'),
  }),
);

export const RequestedRemediation = named(
  'RequestedRemediation',
  z.object({ id: RemediationId, dryRun: z.boolean() }),
);

export const ApprovalLink = named(
  'ApprovalLink',
  z.object({
    path: z.string().describe('Path of the page to answer on, below the address of the API'),
    expiresAt: z.iso.datetime(),
  }),
);

export const LinkPath = z.object({ link: PlainLine.max(1100) });
/** The form of the page. */
export const LinkAnswer = z.strictObject({ answer: z.enum(['approved', 'rejected']), reason: Reason });
export type LinkAnswer = z.infer<typeof LinkAnswer>;
