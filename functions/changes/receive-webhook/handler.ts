import { CHANGES_OPERATIONS } from '../../../core/changes/api/operations.ts';
import type { RecordDeps } from '../../../core/changes/deployments/record-change.ts';
import { recordReported } from '../../../core/changes/deployments/record-reported.ts';
import { actorOf } from '../../../core/platform/actor.ts';
import { ProblemError } from '../../../core/platform/api/errors.ts';
import type { KeyRings } from '../../../core/platform/secrets/ports.ts';
import { signingKeys } from '../../../core/platform/secrets/signing-keys.ts';
import { type VerifiedWebhook, verifyWebhook } from '../../../core/platform/secrets/webhook-signature.ts';
import { bytesOf, type HttpRequest } from '../../runtime/http-request.ts';
import { type CommandDeps, executeKeyed, serveCommands } from '../../runtime/idempotency.ts';
import { overQuota } from '../../runtime/over-quota.ts';
import { type Route, type RoutesOf, route } from '../../runtime/route.ts';

export interface Deps extends CommandDeps, RecordDeps {
  readonly rings: KeyRings;
}

/** @throws ProblemError `invalid-signature`, the same for a wrong signature and an unknown tenant */
const verify = async (
  { rings }: Deps,
  tenantId: string,
  request: HttpRequest,
  receivedAt: number,
): Promise<VerifiedWebhook> => {
  const webhook = { headers: request.headers, body: bytesOf(request) };
  const ring = await rings.read();
  const verified =
    verifyWebhook(ring, tenantId, webhook, receivedAt) ??
    verifyWebhook(await rings.readAgain(), tenantId, webhook, receivedAt);
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

/** Nothing is read, stored or parsed before the signature is verified. */
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

const getSigningKeys = ({ rings, telemetry }: Deps) =>
  route(CHANGES_OPERATIONS.getSigningKeys, async ({ caller, receivedAt }) => {
    const { tenantId } = caller;
    const keys = signingKeys(await rings.read(), tenantId, receivedAt);
    telemetry.info('webhook secrets shown', { tenantId, by: actorOf(caller) });
    return { keys };
  });

export const webhookRoutes = (deps: Deps): RoutesOf<typeof CHANGES_OPERATIONS, 'receive-webhook'> => ({
  receiveChange: receiveChange(deps),
  getSigningKeys: getSigningKeys(deps),
});

/** Records changes that signed webhooks bring, and shows the secrets to sign with. */
export const makeHandler = (deps: Deps) => serveCommands(webhookRoutes(deps), deps);
