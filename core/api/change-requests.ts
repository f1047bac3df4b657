/** What is told of changes, and what is asked about them. */
import * as z from 'zod';
import { CHANGE_HEALTHS, CHANGE_KINDS } from '../changes/change.ts';
import { CHANGE_FORMATS } from '../changes/risk/formats/planned-change.ts';
import { WatchPolicy } from '../changes/watch-policy.ts';
import { TargetId } from '../shared/identifiers.ts';
import { named } from './answers.ts';
import { Instant, paging } from './requests.ts';

/** About a thousand resources; the request as a whole may have 512 KB. */
export const MOST_PLAN_CHARACTERS = 400_000;

const ChangeId = z.string().regex(/^[\w.:@-]{1,128}$/, 'expected 1-128 of letters, digits and "_ . : @ -"');
const Version = z.string().min(1).max(128);

const Plan = z
  .strictObject({
    format: z.enum(CHANGE_FORMATS),
    content: z
      .union([
        z.string().min(1).max(MOST_PLAN_CHARACTERS),
        z.record(z.string(), z.unknown()),
        z.array(z.unknown()).min(1),
      ])
      .describe("`cdk diff`'s text, or the JSON of `aws cloudformation describe-change-set` (all its pages)"),
  })
  .describe('What will be changed: its risk is assessed and kept, the plan itself is not');

export const ChangeBody = named(
  'Change',
  z
    .strictObject({
      id: ChangeId.optional().describe(
        'Makes sending it again safe; derived from the other fields where left out',
      ),
      target: TargetId,
      summary: z.string().min(1).max(500).describe('What was changed, such as "version 41 deployed"'),
      at: Instant.optional().describe('ISO 8601 or epoch seconds; now where left out'),
      kind: z
        .enum(CHANGE_KINDS)
        .default('other')
        .describe('The health of a target after a `deployment` is watched for an hour'),
      version: Version.optional(),
      previousVersion: Version.optional().describe('What a rollback would go back to'),
      plan: Plan.optional(),
      watch: WatchPolicy.optional().describe('How a deployment is watched'),
    })
    .refine(({ kind, watch }) => watch === undefined || kind === 'deployment', {
      message: 'only a change of kind deployment is watched',
      path: ['watch'],
    }),
);

export const AssessmentBody = named(
  'PlannedChange',
  z.strictObject({
    target: TargetId.optional().describe('Its incidents are taken into account'),
    plan: Plan,
  }),
);

export const ChangesQuery = z.strictObject({
  ...paging,
  target: TargetId.optional(),
  kind: z.enum(CHANGE_KINDS).optional(),
  health: z.enum(CHANGE_HEALTHS).optional(),
});

export const ChangePath = z.object({ changeId: ChangeId });
