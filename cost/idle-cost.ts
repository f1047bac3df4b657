import type { UsageLine } from '../core/platform/billing/cost-lines.ts';
import type { PriceKey } from '../core/platform/billing/prices.ts';
import { gigabytes, HOURS_PER_MONTH } from '../core/platform/billing/units.ts';
import { HOUR_SECONDS } from '../core/shared/time.ts';
import { idleAbuse } from './abuse-cost.ts';
import { idleFirewall } from './firewall-cost.ts';
import { idlePeers } from './peers-cost.ts';
import { idleSecrets } from './secrets-cost.ts';
import { idleSilence } from './silence-cost.ts';
import type { TemplateFacts } from './template-facts.ts';
import { IDLE_POLLERS, POLL_SECONDS, type Workload } from './workload.ts';

const MONTHLY_NAMES: Partial<Record<PriceKey, string>> = {
  alarmMonth: 'alarms',
  dashboardMonth: 'dashboards',
  kmsKeyMonth: 'customer keys',
  secretMonth: 'secrets',
  webAclMonth: 'web ACLs of the firewall',
};

const standing = (facts: TemplateFacts): UsageLine[] =>
  [...facts.monthly].map(([price, units]) => ({
    component: 'Standing resources',
    what: MONTHLY_NAMES[price] ?? price,
    price,
    units,
  }));

/** Requests with which Lambda polls empty queues; they are billed like any other request. */
export const idlePolls = (queues: number): number =>
  (queues * IDLE_POLLERS * HOURS_PER_MONTH * HOUR_SECONDS) / POLL_SECONDS;

/** Lines for a deployment without tenants: monthly resources, polling, and schedules without work. */
export const idleUsage = (facts: TemplateFacts, work: Workload): UsageLine[] => {
  const starts = (HOURS_PER_MONTH * 60) / work.cadenceMinutes;
  const component = 'Schedule without tenants';
  // Each state writes three lines of 2 KB to the log of the workflow; plus one invocation.
  const logBytes = starts * (facts.dispatchStates * 6000 + work.logBytesPerInvocation);
  return [
    ...standing(facts),
    {
      component: 'Empty queues',
      what: 'polls by Lambda',
      price: 'sqsRequest',
      units: idlePolls(facts.queues),
    },
    { component, what: 'starts', price: 'schedulerInvocation', units: starts },
    {
      component,
      what: 'state transitions',
      price: 'stepFunctionsTransition',
      units: starts * facts.dispatchStates,
    },
    { component, what: 'invocations', price: 'lambdaRequest', units: starts },
    { component, what: 'GB of logs', price: 'logGbIngested', units: gigabytes(logBytes) },
    ...idlePeers(work, facts),
    ...idleSilence(work, facts),
    ...idleSecrets(work, facts),
    ...idleAbuse(work, facts),
    ...idleFirewall(facts),
  ];
};
