/** What a batch of payloads brings to each block, and what merging it came to. */

import { InvalidInputError } from '../../../shared/errors.ts';
import { HOUR_SECONDS } from '../../../shared/time.ts';
import { type Block, EMPTY_BLOCK } from '../../blocks/block.ts';
import { decodeBlock, encodeBlock } from '../../blocks/block-codec.ts';
import { mergeBlock } from '../../blocks/merge-block.ts';
import type { BlockKey, StoredBlock } from '../../blocks/stored-block.ts';
import type { TargetSighting } from '../../targets/sighting.ts';
import type { TargetMetric } from '../../targets/target.ts';
import { type HourPart, hourParts } from './hour-parts.ts';
import type { Payload } from './payload.ts';

/** How fresh a target's `lastSeen` is kept: each refresh is a registry write. */
const QUARTER_SECONDS = 900;

export interface Contribution {
  readonly payload: Payload;
  readonly part: HourPart;
}

export interface BlockPlan {
  readonly key: BlockKey;
  /** In order of receipt, so that of two kinds for one metric the later is recorded. */
  readonly contributions: readonly Contribution[];
}

const nameOf = ({ tenantId, targetId, hour }: BlockKey): string => `${tenantId} ${targetId} ${hour}`;

/** One plan per block that the payloads touch; blocks of a target stand together. */
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
  /** Undefined when the stored block holds all of it already. */
  readonly bytes: Uint8Array | undefined;
  /** True when the registry should hear of it: a new block, a new metric, or another quarter of the hour begun. */
  readonly noteworthy: boolean;
  readonly accepted: readonly Contribution[];
  readonly refused: readonly { readonly contribution: Contribution; readonly error: InvalidInputError }[];
}

const newestOffset = (block: Block): number => {
  let newest = -1;
  for (const { offsets } of block.values()) newest = Math.max(newest, offsets.at(-1) ?? -1);
  return newest;
};

const quarterOf = (block: Block): number => Math.floor(newestOffset(block) / QUARTER_SECONDS);

/** Runs `work`; unusable input becomes a value. */
const orRefusal = <T>(work: () => T): T | InvalidInputError => {
  try {
    return work();
  } catch (error) {
    if (error instanceof InvalidInputError) return error;
    throw error;
  }
};

/** Merges a plan into its stored block. A part that does not fit is refused alone; a damaged block refuses all. */
export const mergePlan = (plan: BlockPlan, stored: StoredBlock): MergedPlan => {
  const before = stored.bytes === undefined ? EMPTY_BLOCK : orRefusal(() => decodeBlock(stored.bytes!));
  if (before instanceof InvalidInputError) {
    const refused = plan.contributions.map((contribution) => ({ contribution, error: before }));
    return { plan, stored, bytes: undefined, noteworthy: false, accepted: [], refused };
  }
  const accepted: Contribution[] = [];
  const refused: { contribution: Contribution; error: InvalidInputError }[] = [];
  let [block, changed, newMetric] = [before, false, false];
  for (const contribution of plan.contributions) {
    const current = block;
    const merged = orRefusal(() => mergeBlock(current, contribution.part));
    if (merged instanceof InvalidInputError) refused.push({ contribution, error: merged });
    else {
      accepted.push(contribution);
      block = merged.block;
      changed ||= merged.changed;
      newMetric ||= merged.newMetric;
    }
  }
  const bytes = changed ? encodeBlock(block) : undefined;
  const noteworthy = newMetric || (changed && quarterOf(block) > quarterOf(before));
  return { plan, stored, bytes, noteworthy, accepted, refused };
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

/** What noteworthy plans tell the registry: per tenant, one sighting per target. */
export const sightingsOf = (
  merged: readonly MergedPlan[],
): ReadonlyMap<string, readonly TargetSighting[]> => {
  const tenants = new Map<string, Map<string, OpenSighting>>();
  for (const { plan, noteworthy, accepted } of merged) {
    if (!noteworthy) continue;
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
