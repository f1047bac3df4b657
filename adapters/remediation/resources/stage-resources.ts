/** The resources of a stage behind all actions, as its settings describe them. */
import type { STSClient } from '@aws-sdk/client-sts';
import * as z from 'zod';
import { IntegrationSecret } from '../../../core/platform/secrets/rotated-secrets.ts';
import type { RemediationStore, Resources } from '../../../core/remediation/ports.ts';
import { ConfigurationError } from '../../../core/shared/errors.ts';
import type { Breaker } from '../../../core/shared/resilience/breaker.ts';
import { httpWebhookReceiver } from '../../platform/integrations/http-webhook-receiver.ts';
import { awsResources } from './aws-resources.ts';
import type { Place } from './executor.ts';
import { findCluster } from './kubernetes-find-cluster.ts';
import type { WebhookTarget } from './webhook.ts';

/** Kubernetes clusters of a stage; the secret has the token of a service account. */
export const StageClusters = z.array(
  z.strictObject({
    name: z.string(),
    url: z.string(),
    certificateAuthority: z.string().optional(),
    secretArn: z.string(),
  }),
);

/** Integrations of a stage that actions may call. */
export const StageIntegrations = z.array(IntegrationSecret);

export interface StageResources {
  readonly sts: STSClient;
  readonly place: Place;
  /** ARNs of the roles up to the name of the action; undefined if the stage deploys no action. */
  readonly rolePrefix: string | undefined;
  readonly integrations: z.infer<typeof StageIntegrations>;
  readonly clusters: z.infer<typeof StageClusters>;
  readonly breaker: (name: string) => Breaker;
  readonly ownTenant: string;
  readonly store: Pick<RemediationStore, 'get'>;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

const webhookTarget = (
  { integrations, breaker }: StageResources,
  wanted: string,
): WebhookTarget | undefined => {
  const found = integrations.find(({ integration }) => integration.name === wanted);
  if (found?.integration.kind !== 'signed-webhook') return undefined;
  return { receiver: httpWebhookReceiver(found.integration, breaker(wanted)), secretArn: found.arn };
};

const NO_ROLES = 'the stage deploys no actions: list them in remediation.actions';

/** @throws ConfigurationError, from its methods, if the stage deploys no actions */
export const stageResources = (stage: StageResources): Resources => {
  const { sts, place, rolePrefix, clusters, breaker, ownTenant, store, now } = stage;
  const resources = awsResources({
    ...{ sts, place, now, rolePrefix: rolePrefix ?? '' },
    findCluster: findCluster({ breaker, address: (name) => clusters.find((each) => each.name === name) }),
    webhook: {
      ...{ ownTenant, now, target: (name) => webhookTarget(stage, name) },
      hasBegun: async ({ tenantId }, remediationId) => {
        const run = await store.get(tenantId, remediationId);
        return (run?.item.execution?.beganAt ?? null) !== null;
      },
    },
  });
  const refuse = async (): Promise<never> => {
    throw new ConfigurationError(NO_ROLES);
  };
  return rolePrefix === undefined ? { ...resources, read: refuse, change: refuse } : resources;
};
