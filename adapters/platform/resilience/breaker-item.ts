/** The stored form of circuit breakers. */
import * as z from 'zod';
import { DEPENDENCY_KINDS, type StoredBreaker } from '../../../core/platform/breaker-key.ts';
import { BreakerState } from '../../../core/shared/resilience/breaker-state.ts';
import { type StoredFormat, schemaVersionOf } from '../../../core/shared/stored-format.ts';
import { WEEK_SECONDS } from '../../../core/shared/time.ts';
import type { Item } from '../../aws/dynamodb/table.ts';
import { breakerKey } from '../item-keys.ts';

const BreakerItem = z
  .object({
    tenantId: z.string(),
    kind: z.enum(DEPENDENCY_KINDS),
    name: z.string(),
    state: BreakerState,
    v: z.number().int().positive(),
  })
  .transform(({ v: version, ...breaker }): StoredBreaker => ({ ...breaker, version }));
export const BREAKER: StoredFormat<StoredBreaker> = {
  kind: 'circuit breaker',
  version: 1,
  schema: BreakerItem,
};

/** An item that expires a week after this change; `nowMs` in epoch milliseconds. */
export const breakerItem = ({ version: v, ...breaker }: StoredBreaker, nowMs: number): Item => ({
  ...breakerKey(breaker),
  ...schemaVersionOf(BREAKER),
  ...breaker,
  ...{ v, expiresAt: Math.floor(nowMs / 1000) + WEEK_SECONDS },
});
