/** Actions on the storage of a database instance. */
import * as z from 'zod';
import type { Change, CostQuote, NotApplicable } from '../action.ts';
import { defineAction, noUndo } from './define-action.ts';
import { MODIFY_DATABASE, READ_DATABASE } from './rds.ts';

/** Single-AZ gp3 in us-east-1 (https://aws.amazon.com/rds/postgresql/pricing, 2026-11). */
const UsdPerGibMonth = z.number().min(0).max(10).default(0.115).describe('Your price of storage.');
const HOURS_PER_MONTH = 730;

const storageCost = (gib: number, usdPerGibMonth: number): CostQuote => ({
  usdPerHour: (Math.max(0, gib) * usdPerGibMonth) / HOURS_PER_MONTH,
  usdOnce: 0,
  basis: `$${usdPerGibMonth} a month for each GiB`,
});

const StorageState = z.strictObject({
  gib: z.number().int().min(1),
  isBusy: z.boolean(),
});
type StorageState = z.infer<typeof StorageState>;
const GrowParameters = z.strictObject({
  growBy: z.number().min(0.1).max(1).default(0.2).describe('Share of the present size that is added.'),
  maxGib: z.number().int().min(20).max(65_536).describe('Largest size afterwards.'),
  usdPerGibMonth: UsdPerGibMonth,
});
type GrowParameters = z.infer<typeof GrowParameters>;

/** State: AllocatedStorage; busy unless DBInstanceStatus is `available`, and while PendingModifiedValues has another size. */
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
  cost: ({ from, to }, { usdPerGibMonth }) => storageCost(to.gib - from.gib, usdPerGibMonth),
  minutes: { act: 30, settle: 10 },
  maxConcurrent: 1,
  permissions: {
    read: READ_DATABASE,
    change: MODIFY_DATABASE,
  },
});

const LimitState = z.strictObject({
  /** Null if the storage does not grow by itself. */
  maxGib: z.number().int().min(1).nullable(),
  gib: z.number().int().min(1),
  isBusy: z.boolean(),
});
type LimitState = z.infer<typeof LimitState>;
const LimitParameters = z.strictObject({
  factor: z.number().min(1.1).max(2).default(1.5).describe('The limit is multiplied by it.'),
  maxGib: z.number().int().min(20).max(65_536).describe('Largest limit afterwards.'),
  usdPerGibMonth: UsdPerGibMonth,
});
type LimitParameters = z.infer<typeof LimitParameters>;

/** RDS wants the limit to be at least a tenth above the present size. */
const MIN_ROOM = 1.1;

const undoLimit = (
  { from, to }: Change<LimitState>,
  present: LimitState,
): Change<LimitState> | NotApplicable => {
  if (present.maxGib !== to.maxGib)
    return { notApplicable: `the limit is ${present.maxGib} GiB: something else changed it` };
  if (present.isBusy) return { notApplicable: 'the database is being modified' };
  if (from.maxGib === null || from.maxGib < present.gib * MIN_ROOM)
    return { notApplicable: `its storage has grown to ${present.gib} GiB meanwhile` };
  const summary = `storage limit ${to.maxGib} → ${from.maxGib} GiB`;
  return { from: present, to: { ...present, maxGib: from.maxGib }, summary, touches: 1 };
};

/** State: MaxAllocatedStorage (null if absent), AllocatedStorage, busy unless DBInstanceStatus is `available`. */
export const raiseStorageLimit = defineAction<LimitParameters, LimitState>({
  id: 'raise-storage-limit',
  version: 1,
  title: 'Raise the storage limit of a database instance',
  description:
    'Raises the size up to which the storage grows by itself, up to the limit in the policy. It does nothing to a database whose storage does not grow by itself.',
  resourceKind: 'rds-instance',
  effect: 'lifts-limit',
  risk: 'low',
  reversibility: 'undo',
  parameters: LimitParameters,
  state: LimitState,
  basis: ({ maxGib }) => ({ maxGib }),
  plan: ({ factor, maxGib: most }, state) => {
    if (state.maxGib === null) return { notApplicable: 'its storage does not grow by itself' };
    if (state.isBusy) return { notApplicable: 'the database is being modified already' };
    const maxGib = Math.min(most, Math.ceil(state.maxGib * factor));
    if (maxGib <= state.maxGib)
      return { notApplicable: `its limit is ${state.maxGib} GiB already, and at most ${most} are allowed` };
    const summary = `storage limit ${state.maxGib} → ${maxGib} GiB`;
    return { from: state, to: { ...state, maxGib }, summary, touches: 1 };
  },
  undo: undoLimit,
  isDone: ({ to }, present) => present.maxGib === to.maxGib,
  cost: ({ from, to }, { usdPerGibMonth }) =>
    storageCost((to.maxGib ?? 0) - (from.maxGib ?? 0), usdPerGibMonth),
  minutes: { act: 10, settle: 10 },
  maxConcurrent: 1,
  permissions: { read: READ_DATABASE, change: MODIFY_DATABASE },
});
