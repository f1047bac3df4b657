/** The executor of each action of the catalogue. */
import { configurationDocument } from './appconfig.ts';
import { groupCapacity, groupRefresh } from './auto-scaling.ts';
import { invalidation } from './cloudfront.ts';
import { instanceReboot, instanceStart } from './ec2.ts';
import { serviceRestart, serviceTasks, serviceVersion } from './ecs.ts';
import type { Executor, Place } from './executor.ts';
import {
  deploymentReplicas,
  deploymentRestart,
  deploymentVersion,
  type FindCluster,
} from './kubernetes-deployments.ts';
import { podDeletion } from './kubernetes-pods.ts';
import { aliasTraffic, aliasVersion } from './lambda-alias.ts';
import { functionConcurrency } from './lambda-concurrency.ts';
import { listenerWeights } from './load-balancer.ts';
import { databaseReboot, databaseStorage, databaseStorageLimit } from './rds.ts';
import { redrive } from './sqs.ts';
import { automation, command } from './ssm.ts';
import { execution } from './step-functions.ts';
import { signedWebhook, type WebhookDeps } from './webhook.ts';

export interface ExecutorDeps {
  readonly place: Place;
  readonly findCluster: FindCluster;
  readonly webhook: WebhookDeps;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** By the id of the action. */
export const executors = (deps: ExecutorDeps): Readonly<Record<string, Executor>> => {
  const { place, findCluster, now } = deps;
  const configuration = configurationDocument(place);
  const concurrency = functionConcurrency(place, now);
  const replicas = deploymentReplicas(findCluster);
  return {
    ...{ 'scale-out-group': groupCapacity, 'scale-in-group': groupCapacity, 'refresh-group': groupRefresh },
    ...{ 'reboot-instance': instanceReboot, 'start-instance': instanceStart },
    ...{ 'scale-out-service': serviceTasks, 'scale-in-service': serviceTasks },
    ...{ 'restart-service': serviceRestart, 'roll-back-service': serviceVersion },
    ...{ 'scale-out-deployment': replicas, 'scale-in-deployment': replicas },
    'restart-deployment': deploymentRestart(findCluster),
    'roll-back-deployment': deploymentVersion(findCluster),
    'recycle-pod': podDeletion(findCluster),
    ...{ 'roll-back-alias': aliasVersion(place), 'shift-alias-traffic': aliasTraffic(place) },
    ...{ 'limit-concurrency': concurrency, 'raise-concurrency': concurrency },
    ...{ 'reboot-database': databaseReboot(place), 'grow-storage': databaseStorage },
    ...{ 'raise-storage-limit': databaseStorageLimit, 'shift-traffic': listenerWeights(place) },
    'invalidate-cache': invalidation(place),
    ...{ 'enable-circuit-breaker': configuration, 'raise-timeout': configuration },
    ...{ 'raise-rate-limit': configuration, 'lower-rate-limit': configuration, 'clear-cache': configuration },
    'redrive-dead-letters': redrive(place),
    ...{ 'restart-process': command, 'clear-temporary-files': command, 'run-automation': automation },
    ...{ 'start-execution': execution(place), 'call-webhook': signedWebhook(deps.webhook) },
  };
};
