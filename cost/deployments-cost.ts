import type { UsageLine } from '../core/platform/billing/cost-lines.ts';
import { readUnits, writeUnits } from '../core/platform/billing/units.ts';
import type { ItemSizes } from './item-sizes.ts';
import type { TemplateFacts } from './template-facts.ts';
import type { Workload } from './workload.ts';

/** Checks of a deployment, and states entered for each: waiting, checking, choosing. */
const CHECKS = 4;
const STATES_PER_CHECK = 3;
/** States per execution besides the checks: the start counts as one; closing and the end are two more. */
const OTHER_STATES = 3;
/** The target, four callers, four callees and five peers, each with a week of blocks. */
const TARGETS = 14;
const HISTORY_HOURS = 7 * 24;
/** Targets whose forecasts are read too. */
const FORECAST_TARGETS = 9;
/** Packed record with its checks and its list entry; written when recorded, checked, closed and announced. */
const RECORD_BYTES = 3000;
const LISTED_BYTES = 600;
const WRITES = CHECKS + 3;
const TRANSACTED = 2;
/** Read units for the graph, targets, open incidents, anomalies and changes of the last hours. */
const OTHER_READS = 60;
const CLOSE_SECONDS = 0.2;

const memoryOf = (facts: TemplateFacts, name: string): number => facts.memoryGb.get(name) ?? Number.NaN;

/** Lines for watching deployments. Nothing is scheduled: without deployments all lines are zero. */
export const deploymentUsage = (work: Workload, facts: TemplateFacts, sizes: ItemSizes): UsageLine[] => {
  const component = 'Deployments';
  const checks = CHECKS * work.deployments;
  const week = HISTORY_HOURS * (sizes.blockBytes.at(-1) ?? 0);
  const reads =
    TARGETS * readUnits(week, 'eventual') +
    FORECAST_TARGETS * readUnits(sizes.forecastBytes, 'eventual') +
    OTHER_READS;
  const writes = TRANSACTED * (writeUnits(RECORD_BYTES) + writeUnits(LISTED_BYTES));
  const seconds = (checks * work.scoreMs) / 1000;
  return [
    {
      component,
      what: 'workflow transitions',
      price: 'stepFunctionsTransition',
      units: work.deployments * (CHECKS * STATES_PER_CHECK + OTHER_STATES),
    },
    { component, what: 'checks and verdicts', price: 'lambdaRequest', units: checks + work.deployments },
    {
      component,
      what: 'GB-seconds of checks',
      price: 'lambdaArmGbSecond',
      units:
        seconds * memoryOf(facts, 'check-deployment') +
        work.deployments * CLOSE_SECONDS * memoryOf(facts, 'close-deployment-watch'),
    },
    { component, what: 'weeks read', price: 'dynamoReadUnit', units: checks * reads },
    {
      component,
      what: 'changes written',
      price: 'dynamoWriteUnit',
      units: work.deployments * WRITES * writes,
    },
  ];
};
