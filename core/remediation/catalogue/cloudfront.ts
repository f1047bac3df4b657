import * as z from 'zod';
import { defineAction, noUndo } from './define-action.ts';

const InvalidateParameters = z.strictObject({
  paths: z
    .array(z.string().regex(/^\/[\w\-./*~]*$/))
    .min(1)
    .max(15)
    .describe('Paths to invalidate, such as `/assets/*`.'),
});
type InvalidateParameters = z.infer<typeof InvalidateParameters>;

/** State: id of the last invalidation that Forestall made for this remediation, and whether one is in progress. */
const InvalidationState = z.strictObject({ last: z.string().nullable(), isBusy: z.boolean() });
type InvalidationState = z.infer<typeof InvalidationState>;

/** From the 1,001st path of a month on, https://aws.amazon.com/cloudfront/pricing (2026-11). */
const USD_PER_PATH = 0.005;

export const invalidateCache = defineAction<InvalidateParameters, InvalidationState>({
  id: 'invalidate-cache',
  version: 1,
  title: 'Clear the cache of a CloudFront distribution',
  description:
    'Invalidates the paths of the policy. Until the cache has filled again, the origin gets more requests.',
  resourceKind: 'cloudfront-distribution',
  effect: 'repairs',
  risk: 'medium',
  reversibility: 'fades',
  parameters: InvalidateParameters,
  state: InvalidationState,
  basis: ({ last }) => ({ last }),
  plan: ({ paths }, state, { remediationId }) =>
    state.isBusy || state.last === remediationId
      ? { notApplicable: 'an invalidation is in progress or made already' }
      : {
          ...{ from: state, to: { ...state, last: remediationId }, touches: 1 },
          summary: `invalidate ${paths.join(', ')}`,
        },
  undo: noUndo('the cache fills again by itself'),
  isDone: ({ to }, present) => present.last === to.last && !present.isBusy,
  cost: (_, { paths }) => ({
    usdPerHour: 0,
    usdOnce: paths.length * USD_PER_PATH,
    basis: 'at most $0.005 for each path; the first 1,000 of a month are free (2026-11)',
  }),
  minutes: { act: 15, settle: 10 },
  maxConcurrent: 1,
  permissions: {
    read: [
      {
        actions: [
          'cloudfront:ListInvalidations',
          'cloudfront:GetInvalidation',
          'cloudfront:ListTagsForResource',
        ],
        resources: ['arn:aws:cloudfront::{account}:distribution/*'],
        tagged: false,
      },
    ],
    change: [
      {
        actions: ['cloudfront:CreateInvalidation'],
        resources: ['arn:aws:cloudfront::{account}:distribution/*'],
        tagged: true,
      },
    ],
  },
});
