import { CHANGES_OPERATIONS } from '../../../core/changes/api/operations.ts';
import type { RecordDeps } from '../../../core/changes/deployments/record-change.ts';
import { recordReported } from '../../../core/changes/deployments/record-reported.ts';
import { actorOf } from '../../../core/platform/actor.ts';
import { ProblemError } from '../../../core/platform/api/errors.ts';
import type { KeyRings, WebhookGeneration } from '../../../core/platform/secrets/ports.ts';
import { signingKeys } from '../../../core/platform/secrets/signing-keys.ts';
import { type KnownGenerations, webhookScopes } from '../../../core/platform/secrets/webhook-generation.ts';
import { type VerifiedWebhook, verifyInScopes } from '../../../core/platform/secrets/webhook-signature.ts';
import { TenantId } from '../../../core/shared/identifiers.ts';
import { bytesOf, type HttpRequest } from '../../runtime/http-request.ts';
import { type CommandDeps, executeKeyed, serveCommands } from '../../runtime/idempotency.ts';
import { overQuota } from '../../runtime/over-quota.ts';
import { type Route, type RoutesOf, route } from '../../runtime/route.ts';

export interface Deps extends CommandDeps, RecordDeps {
  readonly rings: KeyRings;
  readonly generations: KnownGenerations;
}

/** The scopes of a tenant; none for the text of an address that is no tenant, which could name a scope itself. */
const scopesIn = (tenantId: string, generation: WebhookGeneration, receivedAt: number): readonly string[] =>
  TenantId.safeParse(tenantId).success ? webhookScopes(tenantId, generation, receivedAt) : [];

/** @throws ProblemError `invalid-signature`, the same for a wrong signature and an unknown tenant */
const verify = async (
  { rings, generations }: Deps,
  tenantId: string,
  request: HttpRequest,
  receivedAt: number,
): Promise<VerifiedWebhook> => {
  const webhook = { headers: request.headers, body: bytesOf(request) };
  const scopes = scopesIn(tenantId, await generations.get(tenantId), receivedAt);
  const known = verifyInScopes(await rings.read(), scopes, webhook, receivedAt);
  if (known !== undefined) return known;
  const newScopes = scopesIn(tenantId, await generations.getAgain(tenantId), receivedAt);
  const verified = verifyInScopes(await rings.readAgain(), newScopes, webhook, receivedAt);
  if (verified !== undefined) return verified;
  throw new ProblemError(
    'invalid-signature',
    'The webhook is not signed with a current secret of the tenant, or its timestamp is more than five minutes away.',
  );
};

const takeQuota = async (deps: Deps, tenantId: string, receivedAt: number): Promise<void> => {
  const quota = 'changesPerMinute';
  if (await deps.quotas.take(tenantId, quota, 1, receivedAt)) return;
  throw overQuota(deps.telemetry, { tenantId, quota, receivedAt }, { operation: 'receiveChange' });
};

/** Ids of webhooks are apart from Idempotency-Keys, which have no space. */
const keyOf = ({ id }: VerifiedWebhook): string => `webhook ${id}`;

/** Nothing but the generation of the tenant's secrets is read before the signature is verified, and nothing stored or parsed. */
const receiveChange = (deps: Deps): Route => {
  const { operation, prepare } = route(CHANGES_OPERATIONS.receiveChange, ({ params, body, receivedAt }) =>
    recordReported(deps, { tenantId: params.tenantId, body, receivedAt }, { reportedBy: 'webhook' }),
  );
  return {
    operation,
    prepare: (routed) => async (receivedAt) => {
      const { request, params } = routed;
      const { tenantId = '' } = params;
      const webhook = await verify(deps, tenantId, request, receivedAt);
      await takeQuota(deps, tenantId, receivedAt);
      const execute = prepare(routed);
      return executeKeyed(deps, { tenantId, key: keyOf(webhook) }, request, receivedAt, execute);
    },
  };
};

const getSigningKeys = ({ rings, generations, telemetry }: Deps) =>
  route(CHANGES_OPERATIONS.getSigningKeys, async ({ caller, receivedAt }) => {
    const { tenantId } = caller;
    const [scope] = webhookScopes(tenantId, await generations.getNow(tenantId), receivedAt);
    const keys = signingKeys(await rings.read(), scope, receivedAt);
    telemetry.info('webhook secrets shown', { tenantId, by: actorOf(caller) });
    return { keys };
  });

export const webhookRoutes = (deps: Deps): RoutesOf<typeof CHANGES_OPERATIONS, 'receive-webhook'> => ({
  receiveChange: receiveChange(deps),
  getSigningKeys: getSigningKeys(deps),
});

/** Records changes that signed webhooks bring, and shows the secrets to sign with. */
export const makeHandler = (deps: Deps) => serveCommands(webhookRoutes(deps), deps);
