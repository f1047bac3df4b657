import * as z from 'zod';
import { API_KEY_BYTES, formatApiKey, hashApiKey } from '../../../core/platform/access/api-key.ts';
import type { ApiKeyStore } from '../../../core/platform/access/ports.ts';
import { describeIssues } from '../../../core/shared/describe-issues.ts';
import { InvalidInputError } from '../../../core/shared/errors.ts';
import { TenantId } from '../../../core/shared/identifiers.ts';
import type { Telemetry } from '../../../core/shared/telemetry.ts';
import { PlainLine } from '../../../core/shared/text.ts';

export interface Deps {
  readonly keys: ApiKeyStore;
  readonly telemetry: Telemetry;
  /** Cryptographically random bytes. */
  readonly random: (bytes: number) => Uint8Array;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

const Order = z.object({
  tenantId: TenantId,
  /** Label of the key's user; logged instead of the key. */
  name: PlainLine.trim().min(1).max(100),
});

/** The only output that ever contains the key itself. */
export interface IssuedKey {
  readonly apiKey: string;
  readonly tenantId: string;
  readonly name: string;
}

/** Issues an API key for a tenant; invoked by an operator, never over HTTP. */
export const makeHandler =
  ({ keys, telemetry, random, now }: Deps) =>
  async (event: unknown): Promise<IssuedKey> => {
    const order = Order.safeParse(event);
    if (!order.success) throw new InvalidInputError(describeIssues(order.error));
    const { tenantId, name } = order.data;
    const apiKey = formatApiKey(random(API_KEY_BYTES));
    await keys.add(hashApiKey(apiKey), { tenantId, name, createdAt: now() });
    telemetry.info('API key issued', { name });
    telemetry.count('ApiKeyIssued');
    return { apiKey, tenantId, name };
  };
