/** Planned changes and their risk in the API. */
import * as z from 'zod';
import { named } from '../../platform/api/components.ts';
import { TargetId } from '../../shared/identifiers.ts';
import { RiskAssessment as Assessment } from '../risk/engine/risk-model.ts';
import { CHANGE_FORMATS } from '../risk/formats/planned-change.ts';

/** About a thousand resources. A whole request may hold 512 KB. */
export const MAX_PLAN_CHARACTERS = 400_000;

export const Plan = z
  .strictObject({
    format: z.enum(CHANGE_FORMATS),
    content: z
      .union([
        z.string().min(1).max(MAX_PLAN_CHARACTERS),
        z.record(z.string(), z.unknown()),
        z.array(z.unknown()).min(1),
      ])
      .describe(
        'The text of `cdk diff`, or the JSON of `aws cloudformation describe-change-set` (all pages)',
      ),
  })
  .describe('The planned change. Its risk is assessed and kept; the plan itself is not kept');

export const AssessmentBody = named(
  'PlannedChange',
  z.strictObject({
    target: TargetId.optional().describe('Its incidents are considered in the assessment'),
    plan: Plan,
  }),
);

export const RiskAssessment = named('RiskAssessment', Assessment);
