/** The resources of a stage behind all actions, under the roles that the stage deploys. */
import type { STSClient } from '@aws-sdk/client-sts';
import type { IntegrationSecret } from '../../../core/platform/secrets/rotated-secrets.ts';
import { NotManagedError } from '../../../core/remediation/errors.ts';
import type { RemediationStore, Resources } from '../../../core/remediation/ports.ts';
import { ConfigurationError } from '../../../core/shared/errors.ts';
import type { Breaker } from '../../../core/shared/resilience/breaker.ts';
import { httpWebhookReceiver } from '../../platform/integrations/http-webhook-receiver.ts';
import { actionSessions } from './action-session.ts';
import type { Place } from './executor.ts';
import { executors } from './executors.ts';
import { makeResources } from './make-resources.ts';
import type { WebhookTarget } from './webhook.ts';

export interface StageResources {
  readonly sts: STSClient;
  readonly place: Place;
  /** ARNs of the roles up to the name of the action; undefined if the stage deploys no action. */
  readonly rolePrefix: string | undefined;
  readonly integrations: readonly IntegrationSecret[];
  readonly integrationBreaker: (name: string) => Breaker;
  readonly ownTenant: string;
  readonly store: Pick<RemediationStore, 'get'>;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

const webhookTarget = (
  { integrations, integrationBreaker }: StageResources,
  wanted: string,
): WebhookTarget | undefined => {
  const found = integrations.find(({ integration }) => integration.name === wanted);
  if (found?.integration.kind !== 'signed-webhook') return undefined;
  const receiver = httpWebhookReceiver(found.integration, integrationBreaker(wanted));
  return { receiver, secretArn: found.arn };
};

/** Stages state no clusters yet. */
const findCluster = async (name: string): Promise<never> => {
  throw new NotManagedError(`the stage has no Kubernetes cluster ${name}`);
};

export const stageResources = (stage: StageResources): Resources => {
  const { place, rolePrefix, ownTenant, store, now } = stage;
  const open = actionSessions(stage.sts);
  return makeResources({
    executors: executors({
      ...{ place, findCluster, now },
      webhook: {
        ...{ ownTenant, now, target: (name) => webhookTarget(stage, name) },
        hasBegun: async ({ tenantId }, remediationId) => {
          const run = await store.get(tenantId, remediationId);
          return (run?.item.execution?.beganAt ?? null) !== null;
        },
      },
    }),
    session: ({ action, owner, remediationId }, purpose) => {
      if (rolePrefix === undefined)
        throw new ConfigurationError('the stage deploys no actions: list them in remediation.actions');
      const roleArn = `${rolePrefix}${action.id}-${purpose}`;
      return open({ roleArn, owner, remediationId, changes: purpose === 'change' });
    },
  });
};
