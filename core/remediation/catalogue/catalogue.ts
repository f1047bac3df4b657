/** All actions. docs/actions.md describes each. */
import type { CatalogueAction } from '../action.ts';
import { clearCache, lowerRateLimit, openCircuitBreaker, raiseTimeout } from './appconfig.ts';
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
import { growStorage, rebootDatabase } from './rds.ts';
import { callWebhook, redriveDeadLetters, runAutomation, runCommand, startExecution } from './runs.ts';
import { shiftAliasTraffic, shiftTraffic } from './traffic.ts';

export const CATALOGUE: readonly CatalogueAction[] = [
  ...[scaleOutGroup, scaleInGroup, refreshGroup, rebootInstance, startInstance],
  ...[restartService, scaleOutService, scaleInService, rollBackService],
  ...[scaleOutDeployment, scaleInDeployment, restartDeployment, rollBackDeployment, recyclePod],
  ...[rollBackAlias, shiftAliasTraffic, limitConcurrency, liftConcurrencyLimit],
  ...[rebootDatabase, growStorage, shiftTraffic, invalidateCache],
  ...[openCircuitBreaker, raiseTimeout, lowerRateLimit, clearCache],
  ...[redriveDeadLetters, runCommand, runAutomation, startExecution, callWebhook],
];

const byId = new Map(CATALOGUE.map((action) => [action.id, action]));

export const findAction = (id: string): CatalogueAction | undefined => byId.get(id);
