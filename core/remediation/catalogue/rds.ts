import * as z from 'zod';
import { defineAction, NO_COST, noUndo } from './define-action.ts';
import { isRestarted, NoParameters, RESTART_FADES, RestartState, restart, restartBasis } from './restarts.ts';

const DATABASE = 'arn:aws:rds:{region}:{account}:db:*';
const READ = [{ actions: ['rds:DescribeDBInstances'], resources: ['*'], tagged: false }] as const;

/** State: tag `forestall:last-restart`, 1 unit if the instance is available, busy unless it is. */
export const rebootDatabase = defineAction<NoParameters, RestartState>({
  id: 'reboot-database',
  version: 1,
  title: 'Reboot a database instance',
  description: 'Restarts the database. Connections are cut and it is out of service for a minute or more.',
  resourceKind: 'rds-instance',
  effect: 'restarts',
  risk: 'high',
  reversibility: 'fades',
  parameters: NoParameters,
  state: RestartState,
  basis: restartBasis,
  plan: (_, state, context) => restart(state, context, 'database instances'),
  undo: noUndo(RESTART_FADES),
  isDone: isRestarted,
  cost: () => NO_COST('a reboot costs nothing'),
  minutes: { act: 10, settle: 10 },
  maxConcurrent: 1,
  permissions: {
    read: READ,
    change: [
      { actions: ['rds:RebootDBInstance', 'rds:AddTagsToResource'], resources: [DATABASE], tagged: true },
    ],
  },
});

const StorageState = z.strictObject({
  gib: z.number().int().min(1),
  isBusy: z.boolean(),
});
type StorageState = z.infer<typeof StorageState>;
const GrowParameters = z.strictObject({
  /** Share of the present size that is added; RDS demands at least a tenth. */
  growBy: z.number().min(0.1).max(1).default(0.2),
  maxGib: z.number().int().min(20).max(65_536),
  usdPerGibMonth: z.number().min(0).max(10).default(0.115),
});
type GrowParameters = z.infer<typeof GrowParameters>;

const HOURS_PER_MONTH = 730;

/** State: AllocatedStorage or the pending one, busy unless the instance is available. */
export const growStorage = defineAction<GrowParameters, StorageState>({
  id: 'grow-storage',
  version: 1,
  title: 'Grow the storage of a database instance',
  description:
    'Enlarges the storage without downtime, up to the limit in the policy. Storage cannot be made smaller, and for six hours not be changed again.',
  resourceKind: 'rds-instance',
  effect: 'frees-space',
  risk: 'medium',
  reversibility: 'permanent',
  parameters: GrowParameters,
  state: StorageState,
  basis: ({ gib }) => ({ gib }),
  plan: ({ growBy, maxGib }, state) => {
    const gib = Math.min(maxGib, Math.ceil(state.gib * (1 + growBy)));
    if (state.isBusy) return { notApplicable: 'the database is being modified already' };
    if (gib < Math.ceil(state.gib * 1.1))
      return { notApplicable: `it has ${state.gib} GiB, and at most ${maxGib} are allowed` };
    return { from: state, to: { ...state, gib }, summary: `storage ${state.gib} → ${gib} GiB`, touches: 1 };
  },
  undo: noUndo('storage cannot be made smaller'),
  isDone: ({ to }, present) => present.gib >= to.gib,
  cost: ({ from, to }, { usdPerGibMonth }) => ({
    usdPerHour: ((to.gib - from.gib) * usdPerGibMonth) / HOURS_PER_MONTH,
    usdOnce: 0,
    basis: `$${usdPerGibMonth} a month for each GiB, as the policy states`,
  }),
  minutes: { act: 30, settle: 10 },
  maxConcurrent: 1,
  permissions: {
    read: READ,
    change: [{ actions: ['rds:ModifyDBInstance'], resources: [DATABASE], tagged: true }],
  },
});
