import * as z from 'zod';
import { issueKey, type Random } from '../../../core/platform/access/issue-key.ts';
import type { ApiKeyAdder } from '../../../core/platform/access/ports.ts';
import { KeyLabel, Scopes } from '../../../core/platform/api/api-keys.ts';
import { RequestInstant, secondsOf } from '../../../core/platform/api/instants.ts';
import { SCOPES, type Scope } from '../../../core/platform/permissions.ts';
import { describeIssues } from '../../../core/shared/describe-issues.ts';
import { InvalidInputError } from '../../../core/shared/errors.ts';
import { TenantId } from '../../../core/shared/identifiers.ts';
import type { Telemetry } from '../../../core/shared/telemetry.ts';

export interface Deps {
  readonly keys: ApiKeyAdder;
  readonly telemetry: Telemetry;
  readonly random: Random;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** By default, the key may do everything: with it, the tenant creates all others. */
const Order = z.strictObject({
  tenantId: TenantId,
  name: KeyLabel,
  scopes: Scopes.default([...SCOPES]),
  expiresAt: RequestInstant.optional(),
});

/** The only output that ever contains the key itself. */
export interface IssuedApiKey {
  readonly apiKey: string;
  readonly tenantId: string;
  readonly keyId: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
}

/** Issues an API key for a tenant; invoked by an operator, never over HTTP. */
export const makeHandler =
  ({ keys, telemetry, random, now }: Deps) =>
  async (event: unknown): Promise<IssuedApiKey> => {
    const order = Order.safeParse(event);
    if (!order.success) throw new InvalidInputError(describeIssues(order.error));
    const { tenantId, name, scopes, expiresAt } = order.data;
    const [seconds, validUntil] = [Math.floor(now() / 1000), secondsOf(expiresAt)];
    if (validUntil !== undefined && validUntil <= seconds)
      throw new InvalidInputError('expiresAt must be in the future', { field: 'expiresAt' });
    const by = { kind: 'operator', name: 'issue-api-key' } as const;
    const issued = await issueKey(keys, { tenantId, name, scopes, by, validUntil }, random, seconds);
    const { keyId } = issued.key;
    telemetry.info('API key created', { tenantId, keyId, name, scopes, validUntil, by });
    telemetry.count('ApiKeyIssued');
    return { apiKey: issued.text, tenantId, keyId, name, scopes };
  };
