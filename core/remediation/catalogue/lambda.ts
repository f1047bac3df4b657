import * as z from 'zod';
import type { Change, NotApplicable } from '../action.ts';
import { defineAction, NO_COST } from './define-action.ts';
import { NoParameters } from './restarts.ts';
import { isVersion, rollBack, undoRollBack, VersionState, versionBasis } from './versions.ts';

const ALIAS = 'arn:aws:lambda:{region}:{account}:function:*';
const READ_ALIAS = [
  {
    actions: ['lambda:GetAlias', 'lambda:ListVersionsByFunction', 'lambda:ListTags'],
    resources: [ALIAS],
    tagged: false,
  },
] as const;
const CHANGE_ALIAS = [{ actions: ['lambda:UpdateAlias'], resources: [ALIAS], tagged: true }] as const;

/** State: version of the alias, published versions, 1 unit; busy while the alias shares traffic between versions. */
export const rollBackAlias = defineAction<NoParameters, VersionState>({
  id: 'roll-back-alias',
  version: 1,
  title: 'Roll back a Lambda alias',
  description:
    'Points the alias to the version that the record of the deployment names as the previous one. It does nothing unless the deployed version is still in use.',
  resourceKind: 'lambda-alias',
  effect: 'restores-version',
  risk: 'medium',
  reversibility: 'undo',
  parameters: NoParameters,
  state: VersionState,
  basis: versionBasis,
  plan: (_, state, context) => rollBack(state, context, 'version'),
  undo: (change, present) => undoRollBack(change, present, 'version'),
  isDone: isVersion,
  cost: () => NO_COST('versions cost nothing'),
  minutes: { act: 1, settle: 10 },
  maxConcurrent: 2,
  permissions: { read: READ_ALIAS, change: CHANGE_ALIAS },
});

const LimitParameters = z.strictObject({
  min: z.number().int().min(1).max(10_000).describe('Least concurrency that it keeps.'),
  share: z.number().min(0.1).max(0.9).default(0.5).describe('Share of its present concurrency that remains.'),
});
const LiftParameters = z.strictObject({
  max: z.number().int().min(1).max(10_000).describe('Most concurrency that may be reserved afterwards.'),
  factor: z.number().min(1.1).max(10).default(2).describe('The limit is multiplied by it.'),
});

/** State: reserved concurrency, null if none is reserved; the concurrency in use at its peak of the last hour. */
const ConcurrencyState = z.strictObject({
  reserved: z.number().int().min(0).nullable(),
  peak: z.number().int().min(0),
});
type ConcurrencyState = z.infer<typeof ConcurrencyState>;

const shown = (reserved: number | null): string => (reserved === null ? 'none' : String(reserved));

const limited = (from: ConcurrencyState, reserved: number | null): Change<ConcurrencyState> => ({
  ...{ from, to: { ...from, reserved }, touches: 1 },
  summary: `reserved concurrency ${shown(from.reserved)} → ${shown(reserved)}`,
});

const undoLimit = (
  { from, to }: Change<ConcurrencyState>,
  present: ConcurrencyState,
): Change<ConcurrencyState> | NotApplicable =>
  present.reserved === to.reserved
    ? limited(present, from.reserved)
    : { notApplicable: `reserved concurrency is ${shown(present.reserved)}: something else changed it` };

const concurrency = {
  version: 1,
  resourceKind: 'lambda-function',
  reversibility: 'undo',
  state: ConcurrencyState,
  basis: ({ reserved }: ConcurrencyState) => ({ reserved }),
  undo: undoLimit,
  isDone: ({ to }: Change<ConcurrencyState>, present: ConcurrencyState) => present.reserved === to.reserved,
  minutes: { act: 1, settle: 10 },
  maxConcurrent: 2,
  permissions: {
    read: [
      { actions: ['lambda:GetFunctionConcurrency', 'lambda:ListTags'], resources: [ALIAS], tagged: false },
      { actions: ['cloudwatch:GetMetricStatistics'], resources: ['*'], tagged: false },
    ],
    change: [
      {
        actions: ['lambda:PutFunctionConcurrency', 'lambda:DeleteFunctionConcurrency'],
        resources: [ALIAS],
        tagged: true,
      },
    ],
  },
} as const;

export const limitConcurrency = defineAction<z.infer<typeof LimitParameters>, ConcurrencyState>({
  ...concurrency,
  id: 'limit-concurrency',
  title: 'Limit the concurrency of a Lambda function',
  description:
    'Reserves less concurrency than the function uses, so that it no longer overloads what it calls. Requests above the limit are throttled.',
  effect: 'limits-load',
  risk: 'medium',
  parameters: LimitParameters,
  plan: ({ min, share }, state) => {
    const now = state.reserved === null ? state.peak : Math.min(state.reserved, state.peak || state.reserved);
    const reserved = Math.max(min, Math.floor(now * share));
    if (reserved >= now)
      return { notApplicable: `its concurrency is ${now} already, and at least ${min} must remain` };
    return limited(state, reserved);
  },
  cost: () => NO_COST('reserved concurrency costs nothing'),
});

export const liftConcurrencyLimit = defineAction<z.infer<typeof LiftParameters>, ConcurrencyState>({
  ...concurrency,
  id: 'raise-concurrency',
  title: 'Raise the concurrency limit of a Lambda function',
  description:
    'Raises the reserved concurrency of a function that is throttled, up to the limit in the policy.',
  effect: 'lifts-limit',
  risk: 'low',
  parameters: LiftParameters,
  plan: ({ max, factor }, state) => {
    if (state.reserved === null) return { notApplicable: 'no concurrency is reserved' };
    if (state.reserved === 0) return { notApplicable: 'its concurrency is 0, so somebody stopped it' };
    const reserved = Math.min(max, Math.ceil(state.reserved * factor));
    return reserved > state.reserved
      ? limited(state, reserved)
      : { notApplicable: `its limit is ${state.reserved} already, and at most ${max} are allowed` };
  },
  cost: () => NO_COST('invocations are billed as before; more of them may run'),
});
