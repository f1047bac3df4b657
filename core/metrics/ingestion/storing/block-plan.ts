/** Plans the points of a batch of payloads per block, and merges each plan into its stored block. */

import { InvalidInputError } from '../../../shared/errors.ts';
import { cutText } from '../../../shared/text.ts';
import { HOUR_SECONDS } from '../../../shared/time.ts';
import { type Block, EMPTY_BLOCK, MAX_BLOCK_POINTS, pointsIn } from '../../blocks/block.ts';
import { decodeBlock, encodeBlock } from '../../blocks/block-codec.ts';
import { mergeBlock } from '../../blocks/merge-block.ts';
import type { BlockKey, StoredBlock } from '../../blocks/stored-block.ts';
import { lastSeenStep } from '../../targets/last-seen.ts';
import type { TargetSighting } from '../../targets/sighting.ts';
import type { TargetMetric, TargetNotice } from '../../targets/target.ts';
import { type HourPart, hourParts } from './hour-parts.ts';
import type { Payload } from './payload.ts';

export interface Contribution {
  readonly payload: Payload;
  readonly part: HourPart;
}

export interface BlockPlan {
  readonly key: BlockKey;
  /** In order of receipt: if a metric has two kinds, the later one is recorded. */
  readonly contributions: readonly Contribution[];
}

const nameOf = ({ tenantId, targetId, hour }: BlockKey): string => `${tenantId} ${targetId} ${hour}`;

interface OpenPlan {
  readonly key: BlockKey;
  readonly contributions: Contribution[];
  /** Blocks of the smallest payload that contributes. */
  weight: number;
}

const addParts = (plans: Map<string, OpenPlan>, payload: Payload): void => {
  const { tenantId, receivedAt } = payload.pointer;
  const parts = hourParts(payload.decoded.series, receivedAt);
  for (const part of parts) {
    const key = { tenantId, targetId: part.targetId, hour: part.hour };
    const plan = plans.get(nameOf(key)) ?? { key, contributions: [], weight: parts.length };
    plan.contributions.push({ payload, part });
    plan.weight = Math.min(plan.weight, parts.length);
    plans.set(nameOf(key), plan);
  }
};

/**
 * One plan per block that the payloads touch. The blocks of small payloads come first, so that a large one does not hold
 * up the others of its batch; blocks of one target are adjacent.
 */
export const planBlocks = (payloads: readonly Payload[]): BlockPlan[] => {
  const plans = new Map<string, OpenPlan>();
  const ordered = [...payloads].sort((a, b) => a.pointer.receivedAt - b.pointer.receivedAt);
  for (const payload of ordered) addParts(plans, payload);
  const byWeight = [...plans].sort(([a, one], [b, other]) => one.weight - other.weight || (a < b ? -1 : 1));
  return byWeight.map(([, plan]) => plan);
};

/** The plans of the given keys. */
export const plansOf = (plans: readonly BlockPlan[], keys: readonly BlockKey[]): BlockPlan[] => {
  const names = new Set(keys.map(nameOf));
  return plans.filter(({ key }) => names.has(nameOf(key)));
};

export interface MergedPlan {
  readonly plan: BlockPlan;
  readonly stored: StoredBlock;
  /** Undefined if the stored block already holds all points. */
  readonly bytes: Uint8Array | undefined;
  /** True if the registry must be updated: a new block, a new metric, or a new step of `lastSeen`. */
  readonly updatesTarget: boolean;
  /** Of the block as merged, for a whole hour. */
  readonly pointsPerHour: number;
  readonly accepted: readonly Contribution[];
  readonly rejected: readonly { readonly contribution: Contribution; readonly error: InvalidInputError }[];
}

const newestOffset = (block: Block): number => {
  let newest = -1;
  for (const { offsets } of block.values()) newest = Math.max(newest, offsets.at(-1) ?? -1);
  return newest;
};

/** The first push of an hour says little about the others: a rate is that of five minutes at least. */
const MIN_RATED_SECONDS = 300;

const rateOf = (block: Block): number => {
  const seconds = Math.max(newestOffset(block) + 1, MIN_RATED_SECONDS);
  return Math.min(MAX_BLOCK_POINTS, Math.ceil((pointsIn(block) * HOUR_SECONDS) / seconds));
};

const stepOf = ({ targetId, hour }: BlockKey, block: Block): number =>
  lastSeenStep(targetId, hour * HOUR_SECONDS + newestOffset(block));

/** Runs `work` and returns an InvalidInputError instead of throwing it. */
const orInvalidInput = <T>(work: () => T): T | InvalidInputError => {
  try {
    return work();
  } catch (error) {
    if (error instanceof InvalidInputError) return error;
    throw error;
  }
};

/** Merges a plan into its stored block. Parts that do not fit are rejected one by one; a damaged block rejects all. */
export const mergePlan = (plan: BlockPlan, stored: StoredBlock): MergedPlan => {
  const before = stored.bytes === undefined ? EMPTY_BLOCK : orInvalidInput(() => decodeBlock(stored.bytes!));
  if (before instanceof InvalidInputError) {
    const rejected = plan.contributions.map((contribution) => ({ contribution, error: before }));
    return { plan, stored, bytes: undefined, updatesTarget: false, pointsPerHour: 0, accepted: [], rejected };
  }
  const accepted: Contribution[] = [];
  const rejected: { contribution: Contribution; error: InvalidInputError }[] = [];
  let [block, changed, newMetric] = [before, false, false];
  for (const contribution of plan.contributions) {
    const current = block;
    const merged = orInvalidInput(() => mergeBlock(current, contribution.part));
    if (merged instanceof InvalidInputError) rejected.push({ contribution, error: merged });
    else {
      accepted.push(contribution);
      block = merged.block;
      changed ||= merged.changed;
      newMetric ||= merged.newMetric;
    }
  }
  const bytes = changed ? encodeBlock(block) : undefined;
  const updatesTarget = newMetric || (changed && stepOf(plan.key, block) > stepOf(plan.key, before));
  return { plan, stored, bytes, updatesTarget, pointsPerHour: rateOf(block), accepted, rejected };
};

type OpenSighting = Omit<TargetSighting, 'metrics'> & { readonly metrics: Map<string, TargetMetric> };

const MAX_NOTICE = 300;

const parked = ({ part, payload }: Contribution, { message }: InvalidInputError): TargetNotice => {
  const points = part.series.reduce((sum, { offsets }) => sum + offsets.length, 0);
  return {
    code: 'points-parked',
    at: Math.floor(payload.pointer.receivedAt / 1000),
    detail: cutText(`${points} points were not stored: ${message}`, MAX_NOTICE),
  };
};

/** Notices of a target about points that were parked. They do not move its `lastSeen`, unless it is not known. */
const widenParked = (
  known: OpenSighting | undefined,
  { contribution, error }: MergedPlan['rejected'][number],
): OpenSighting => {
  const { part } = contribution;
  const { first } = instantsOf(part);
  const open = known ?? {
    ...{ targetId: part.targetId, profile: undefined, metrics: new Map<string, TargetMetric>() },
    ...{ firstSeen: first, lastSeen: first },
  };
  return { ...open, notices: [...(open.notices ?? []), parked(contribution, error)] };
};

const instantsOf = ({ hour, series }: HourPart): { readonly first: number; readonly last: number } => {
  let [first, last] = [HOUR_SECONDS, 0];
  for (const { offsets } of series) {
    first = Math.min(first, offsets[0]!);
    last = Math.max(last, offsets.at(-1)!);
  }
  return { first: hour * HOUR_SECONDS + first, last: hour * HOUR_SECONDS + last };
};

/** The rate is that of the newest hour. */
const widen = (
  known: OpenSighting | undefined,
  contribution: Contribution,
  pointsPerHour: number,
): OpenSighting => {
  const { part, payload } = contribution;
  const { first, last } = instantsOf(part);
  const metrics = known?.metrics ?? new Map<string, TargetMetric>();
  for (const { metric, kind, unit } of part.series)
    metrics.set(metric, unit === undefined ? { kind } : { kind, unit });
  return {
    ...known,
    targetId: part.targetId,
    profile: payload.decoded.profiles.get(part.targetId) ?? known?.profile,
    metrics,
    firstSeen: Math.min(first, known?.firstSeen ?? first),
    lastSeen: Math.max(last, known?.lastSeen ?? last),
    pointsPerHour: last < (known?.lastSeen ?? 0) ? (known?.pointsPerHour ?? pointsPerHour) : pointsPerHour,
  };
};

/** The sightings to record, by tenant: one per target whose registry entry must be updated, or of which points were parked. */
export const sightingsOf = (
  merged: readonly MergedPlan[],
): ReadonlyMap<string, readonly TargetSighting[]> => {
  const tenants = new Map<string, Map<string, OpenSighting>>();
  for (const { plan, updatesTarget, pointsPerHour, accepted, rejected } of merged) {
    if (!updatesTarget && rejected.length === 0) continue;
    const { tenantId, targetId } = plan.key;
    const targets = tenants.get(tenantId) ?? new Map<string, OpenSighting>();
    tenants.set(tenantId, targets);
    for (const contribution of updatesTarget ? accepted : [])
      targets.set(targetId, widen(targets.get(targetId), contribution, pointsPerHour));
    for (const each of rejected) targets.set(targetId, widenParked(targets.get(targetId), each));
  }
  const close = (open: OpenSighting): TargetSighting => ({
    ...open,
    metrics: Object.fromEntries(open.metrics),
  });
  return new Map([...tenants].map(([tenantId, targets]) => [tenantId, [...targets.values()].map(close)]));
};
