/** Sends the plan to an integration of the stage, signed as Standard Webhooks does. */
import { type KeyVersion, parseKey } from '../../../core/platform/secrets/key-ring.ts';
import { signOutbound } from '../../../core/platform/secrets/outbound-webhook.ts';
import type { WebhookReceiver } from '../../../core/platform/secrets/ports.ts';
import type { Change } from '../../../core/remediation/action.ts';
import { NotManagedError } from '../../../core/remediation/errors.ts';
import type { Owner, ResourceCall } from '../../../core/remediation/ports.ts';
import type { Json } from '../../../core/shared/canonical-json.ts';
import { ConfigurationError, DependencyUnavailableError } from '../../../core/shared/errors.ts';
import type { ActionSession } from './action-session.ts';
import { type Executor, type Step, step } from './executor.ts';
import { partsOf } from './names.ts';
import { secretValue } from './secret-value.ts';

/** An integration of the stage that receives webhooks. */
export interface WebhookTarget {
  readonly receiver: WebhookReceiver;
  readonly secretArn: string;
}

export interface WebhookDeps {
  /** Undefined for names that the stage does not have. */
  readonly target: (name: string) => WebhookTarget | undefined;
  /** Integrations belong to the operator of the deployment: other tenants cannot use them. */
  readonly ownTenant: string;
  /** True once the record of the remediation says that its action began. */
  readonly hasBegun: (owner: Owner, remediationId: string) => Promise<boolean>;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

const targetOf = ({ target }: WebhookDeps, resource: string): WebhookTarget => {
  const [name] = partsOf(resource);
  const found = target(name);
  if (found === undefined)
    throw new NotManagedError(`the stage has no integration ${name} that receives webhooks`);
  return found;
};

const versionsOf = async (session: ActionSession, secretArn: string) => {
  const [current, previous] = await Promise.all([
    secretValue(session, secretArn, 'AWSCURRENT'),
    secretValue(session, secretArn, 'AWSPREVIOUS'),
  ]);
  if (current === undefined) throw new ConfigurationError('the secret of the integration has no content');
  const read = (id: string, content: string | undefined): KeyVersion | undefined =>
    content === undefined ? undefined : parseKey(id, content);
  return { current: parseKey('current', current), previous: read('previous', previous) };
};

const bodyOf = (
  { action, resource, parameters, owner, remediationId }: ResourceCall,
  change: Change<Json>,
) => ({
  type: 'forestall.remediation.requested',
  ...{ remediationId, action: action.id, resource, parameters },
  ...{ tenant: owner.tenantId, environment: owner.environment, summary: change.summary },
});

const deliver = async (deps: WebhookDeps, call: ResourceCall, session: ActionSession, body: string) => {
  const { receiver, secretArn } = targetOf(deps, call.resource);
  const versions = await versionsOf(session, secretArn);
  // The same each time, so that the receiver acts once.
  const id = `forestall-${call.remediationId}`;
  const headers = signOutbound(versions, { id, seconds: Math.floor(deps.now() / 1000), body });
  const status = await receiver.deliver(headers, body);
  if (status >= 200 && status < 300) return;
  if (status === 409) throw new DependencyUnavailableError(`${call.resource} answered ${status}: it is busy`);
  throw new ConfigurationError(`${call.resource} answered ${status} to the plan: it must accept it with 2xx`);
};

/**
 * A receiver cannot be asked what became of a webhook. Its state is therefore the record of the remediation: the workflow
 * goes on only after the receiver accepted the plan, and a repeated webhook has the same id.
 */
export const signedWebhook = (deps: WebhookDeps): Executor => ({
  read: async ({ resource, owner, remediationId }) => {
    targetOf(deps, resource);
    const hasBegun = await deps.hasBegun(owner, remediationId);
    const state = hasBegun
      ? { startedBy: remediationId, status: 'succeeded' }
      : { startedBy: null, status: 'none' };
    return { owner: { tenantId: deps.ownTenant, environment: owner.environment }, state };
  },
  steps: (call, change): readonly Step[] => {
    const input = { to: call.resource, body: bodyOf(call, change) };
    return [
      step('webhook', 'POST', input, (session, sent) =>
        deliver(deps, call, session, JSON.stringify(sent.body)),
      ),
    ];
  },
  isBegun: () => false,
});
