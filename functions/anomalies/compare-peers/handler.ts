import * as z from 'zod';
import { type CompareDeps, compareGroup } from '../../../core/anomalies/peers/compare-group.ts';
import { PROFILES } from '../../../core/metrics/targets/target.ts';
import { TenantId } from '../../../core/shared/identifiers.ts';
import { parseInput } from '../../runtime/parse-input.ts';

/** A comparison that `plan-peer-comparison` requests. */
const Input = z.object({
  tenantId: TenantId,
  profile: z.enum(PROFILES),
  part: z.number().int().nonnegative(),
  parts: z.number().int().positive(),
  targetIds: z.array(z.string().min(1)).min(1),
  counters: z.array(z.string()),
  firstSeen: z.number(),
  relearn: z.boolean(),
});

/** Compares one group of peers. Throws on failure, so that Lambda retries. */
export const makeHandler = (deps: CompareDeps) => async (event: unknown) => {
  const work = parseInput(Input, event);
  const { tenantId, profile, part, parts } = work;
  const { learnedHours, departures } = await compareGroup(deps, work);
  const counts = { targets: work.targetIds.length, learnedHours, departures };
  deps.telemetry.info('peers compared', { tenantId, profile, part, parts, ...counts });
  return counts;
};
