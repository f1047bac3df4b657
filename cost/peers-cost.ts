import { MAX_PEERS } from '../core/anomalies/peers/plan-groups.ts';
import type { UsageLine } from '../core/platform/billing/cost-lines.ts';
import { gigabytes, HOURS_PER_MONTH, readUnits } from '../core/platform/billing/units.ts';
import { PEER_COMPARISON_MINUTES } from '../lib/anomalies/peer-comparison.ts';
import type { ItemSizes } from './item-sizes.ts';
import type { TemplateFacts } from './template-facts.ts';
import type { Workload } from './workload.ts';

const STARTS = (HOURS_PER_MONTH * 60) / PEER_COMPARISON_MINUTES;
/** Share of an hour during which the previous hour is still open and read as well. */
const GRACE_SHARE = 0.25;
/** Packed state of one metric of one target, and the number of its hourly versions that are not deleted yet. */
const STATE_BYTES = 210;
const KEPT_VERSIONS = 25;
const PLAN_SECONDS = 0.05;
const PLANNED_TARGET_SECONDS = 0.0002;

const memoryOf = (facts: TemplateFacts, name: string): number => facts.memoryGb.get(name) ?? Number.NaN;

const planning = (facts: TemplateFacts, component: string, targets: number, log: number): UsageLine[] => {
  const seconds = STARTS * (PLAN_SECONDS + targets * PLANNED_TARGET_SECONDS);
  const gb = memoryOf(facts, 'plan-peer-comparison');
  return [
    { component, what: 'peer schedule starts', price: 'schedulerInvocation', units: STARTS },
    { component, what: 'peer plans', price: 'lambdaRequest', units: STARTS },
    { component, what: 'GB-seconds of peer plans', price: 'lambdaArmGbSecond', units: seconds * gb },
    { component, what: 'GB of peer plan logs', price: 'logGbIngested', units: gigabytes(STARTS * log) },
  ];
};

/** Lines for the schedule if no tenant has a group to compare: it only lists the tenants. */
export const idlePeers = (work: Workload, facts: TemplateFacts): UsageLine[] => {
  const component = 'Peers without tenants';
  return [
    ...planning(facts, component, 0, work.logBytesPerInvocation),
    { component, what: 'reads of tenants', price: 'dynamoReadUnit', units: 0.5 * STARTS },
  ];
};

/** Lines for comparing peers, in addition to the idle ones: blocks are read every five minutes, state is written hourly. */
export const comparingPeers = (work: Workload, facts: TemplateFacts, sizes: ItemSizes): UsageLine[] => {
  const component = 'Peers';
  const groups = 2 ** Math.max(0, Math.ceil(Math.log2(work.hosts / MAX_PEERS)));
  const invocations = STARTS * groups;
  const comparisons = STARTS * work.hosts;
  const blockUnits = readUnits(sizes.blockBytes.at(-1) ?? 0, 'eventual');
  const seconds = (comparisons * work.compareMsPerHost) / 1000;
  const gb = memoryOf(facts, 'compare-peers');
  const stateBytes = work.hosts * work.metrics * STATE_BYTES;
  // Each comparison reads the open hour and, during the grace period, the hour before; each hour is read once to close it.
  const blocks = comparisons * (1 + GRACE_SHARE) + work.hosts * HOURS_PER_MONTH;
  const log = gigabytes(invocations * work.logBytesPerInvocation);
  return [
    { component, what: 'comparisons', price: 'lambdaRequest', units: invocations },
    { component, what: 'GB-seconds', price: 'lambdaArmGbSecond', units: seconds * gb },
    {
      component,
      what: 'targets listed',
      price: 'dynamoReadUnit',
      units: STARTS * readUnits(work.hosts * sizes.targetBytes, 'eventual'),
    },
    { component, what: 'blocks compared', price: 'dynamoReadUnit', units: blocks * blockUnits },
    { component, what: 'settings read', price: 'dynamoReadUnit', units: 0.5 * invocations },
    { component, what: 'states read', price: 's3Get', units: invocations },
    { component, what: 'states written', price: 's3Put', units: groups * HOURS_PER_MONTH },
    { component, what: 'GB of states', price: 's3GbMonth', units: gigabytes(KEPT_VERSIONS * stateBytes) },
    { component, what: 'GB of comparison logs', price: 'logGbIngested', units: log },
  ];
};
