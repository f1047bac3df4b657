import { cost, followsFromState, unchanged } from './change-rules.ts';
import { actsOnce, concurrentRuns, resourceIsFree } from './concurrency-rules.ts';
import {
  actionsPerHour,
  consecutiveFailures,
  cooldown,
  ineffective,
  ledgerRoom,
  oneRollback,
  resourcesPerWindow,
  unitsPerRun,
  unitsPerWindow,
} from './limit-rules.ts';
import {
  actionVersion,
  asRequested,
  confidence,
  coveredTargets,
  expiry,
  mappedAlert,
  matchesCatalogue,
  policyVersion,
  statedParameters,
} from './plan-rules.ts';
import type { Rule } from './rule.ts';
import { deployedAction, freeze, killSwitch, protectedResource } from './stop-rules.ts';

/** Every rule is asked, so that a verdict lists all that would have to change. */
export const RULES: readonly (readonly [name: string, rule: Rule])[] = [
  ['kill-switch', killSwitch],
  ['deployed-action', deployedAction],
  ['protected-resource', protectedResource],
  ['freeze', freeze],
  ['action-version', actionVersion],
  ['plan-matches-catalogue', matchesCatalogue],
  ['stated-parameters', statedParameters],
  ['policy-version', policyVersion],
  ['as-requested', asRequested],
  ['mapped-alert', mappedAlert],
  ['covered-targets', coveredTargets],
  ['confidence', confidence],
  ['expiry', expiry],
  ['unchanged', unchanged],
  ['follows-from-state', followsFromState],
  ['cost', cost],
  ['units-per-run', unitsPerRun],
  ['units-per-window', unitsPerWindow],
  ['resources-per-window', resourcesPerWindow],
  ['actions-per-hour', actionsPerHour],
  ['ledger-room', ledgerRoom],
  ['cooldown', cooldown],
  ['consecutive-failures', consecutiveFailures],
  ['ineffective', ineffective],
  ['one-rollback', oneRollback],
  ['resource-is-free', resourceIsFree],
  ['concurrent-runs', concurrentRuns],
  ['acts-once', actsOnce],
];
