/** Plans the points of a batch of payloads per block, and merges each plan into its stored block. */

import { InvalidInputError } from '../../../shared/errors.ts';
import { HOUR_SECONDS } from '../../../shared/time.ts';
import { type Block, EMPTY_BLOCK } from '../../blocks/block.ts';
import { decodeBlock, encodeBlock } from '../../blocks/block-codec.ts';
import { mergeBlock } from '../../blocks/merge-block.ts';
import type { BlockKey, StoredBlock } from '../../blocks/stored-block.ts';
import { lastSeenStep } from '../../targets/last-seen.ts';
import type { TargetSighting } from '../../targets/sighting.ts';
import type { TargetMetric } from '../../targets/target.ts';
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

/** One plan per block that the payloads touch; blocks of one target are adjacent. */
export const planBlocks = (payloads: readonly Payload[]): BlockPlan[] => {
  const plans = new Map<string, { key: BlockKey; contributions: Contribution[] }>();
  const ordered = [...payloads].sort((a, b) => a.pointer.receivedAt - b.pointer.receivedAt);
  for (const payload of ordered) {
    const { tenantId, receivedAt } = payload.pointer;
    for (const part of hourParts(payload.decoded.series, receivedAt)) {
      const key = { tenantId, targetId: part.targetId, hour: part.hour };
      const plan = plans.get(nameOf(key)) ?? { key, contributions: [] };
      plan.contributions.push({ payload, part });
      plans.set(nameOf(key), plan);
    }
  }
  const byTarget = [...plans].sort(([a], [b]) => (a < b ? -1 : 1));
  return byTarget.map(([, plan]) => plan);
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
  readonly accepted: readonly Contribution[];
  readonly rejected: readonly { readonly contribution: Contribution; readonly error: InvalidInputError }[];
}

const newestOffset = (block: Block): number => {
  let newest = -1;
  for (const { offsets } of block.values()) newest = Math.max(newest, offsets.at(-1) ?? -1);
  return newest;
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
    return { plan, stored, bytes: undefined, updatesTarget: false, accepted: [], rejected };
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
  return { plan, stored, bytes, updatesTarget, accepted, rejected };
};

type OpenSighting = Omit<TargetSighting, 'metrics'> & { readonly metrics: Map<string, TargetMetric> };

const instantsOf = ({ hour, series }: HourPart): { readonly first: number; readonly last: number } => {
  let [first, last] = [HOUR_SECONDS, 0];
  for (const { offsets } of series) {
    first = Math.min(first, offsets[0]!);
    last = Math.max(last, offsets.at(-1)!);
  }
  return { first: hour * HOUR_SECONDS + first, last: hour * HOUR_SECONDS + last };
};

const widen = (known: OpenSighting | undefined, contribution: Contribution): OpenSighting => {
  const { part, payload } = contribution;
  const { first, last } = instantsOf(part);
  const metrics = known?.metrics ?? new Map<string, TargetMetric>();
  for (const { metric, kind, unit } of part.series)
    metrics.set(metric, unit === undefined ? { kind } : { kind, unit });
  return {
    targetId: part.targetId,
    profile: payload.decoded.profiles.get(part.targetId) ?? known?.profile,
    metrics,
    firstSeen: Math.min(first, known?.firstSeen ?? first),
    lastSeen: Math.max(last, known?.lastSeen ?? last),
  };
};

/** The sightings to record, by tenant: one per target whose registry entry must be updated. */
export const sightingsOf = (
  merged: readonly MergedPlan[],
): ReadonlyMap<string, readonly TargetSighting[]> => {
  const tenants = new Map<string, Map<string, OpenSighting>>();
  for (const { plan, updatesTarget, accepted } of merged) {
    if (!updatesTarget) continue;
    const { tenantId, targetId } = plan.key;
    const targets = tenants.get(tenantId) ?? new Map<string, OpenSighting>();
    tenants.set(tenantId, targets);
    for (const contribution of accepted) targets.set(targetId, widen(targets.get(targetId), contribution));
  }
  const close = (open: OpenSighting): TargetSighting => ({
    ...open,
    metrics: Object.fromEntries(open.metrics),
  });
  return new Map([...tenants].map(([tenantId, targets]) => [tenantId, [...targets.values()].map(close)]));
};
