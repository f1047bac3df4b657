/** All actions. docs/actions.md describes each. */
import type { CatalogueAction } from '../action.ts';
import { clearCache, lowerRateLimit, openCircuitBreaker, raiseRateLimit, raiseTimeout } from './appconfig.ts';
import { refreshGroup, scaleInGroup, scaleOutGroup } from './auto-scaling.ts';
import { invalidateCache } from './cloudfront.ts';
import { rebootInstance, startInstance } from './ec2.ts';
import { restartService, rollBackService, scaleInService, scaleOutService } from './ecs.ts';
import {
  recyclePod,
  restartDeployment,
  rollBackDeployment,
  scaleInDeployment,
  scaleOutDeployment,
} from './kubernetes.ts';
import { liftConcurrencyLimit, limitConcurrency, rollBackAlias } from './lambda.ts';
import { rebootDatabase } from './rds.ts';
import { redriveDeadLetters } from './sqs.ts';
import { clearTemporaryFiles, restartProcess, runAutomation } from './ssm.ts';
import { startExecution } from './step-functions.ts';
import { growStorage, raiseStorageLimit } from './storage.ts';
import { shiftAliasTraffic, shiftTraffic } from './traffic.ts';
import { callWebhook } from './webhook.ts';

export const CATALOGUE: readonly CatalogueAction[] = [
  ...[scaleOutGroup, scaleInGroup, refreshGroup, rebootInstance, startInstance],
  ...[restartService, scaleOutService, scaleInService, rollBackService],
  ...[scaleOutDeployment, scaleInDeployment, restartDeployment, rollBackDeployment, recyclePod],
  ...[rollBackAlias, shiftAliasTraffic, limitConcurrency, liftConcurrencyLimit],
  ...[rebootDatabase, growStorage, raiseStorageLimit, shiftTraffic, invalidateCache],
  ...[openCircuitBreaker, raiseTimeout, raiseRateLimit, lowerRateLimit, clearCache],
  ...[redriveDeadLetters, restartProcess, clearTemporaryFiles, runAutomation, startExecution, callWebhook],
];

const byId = new Map(CATALOGUE.map((action) => [action.id, action]));

export const findAction = (id: string): CatalogueAction | undefined => byId.get(id);
