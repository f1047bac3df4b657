import type { UsageLine } from '../core/platform/billing/cost-lines.ts';
import { gigabytes, HOURS_PER_MONTH } from '../core/platform/billing/units.ts';
import type { TemplateFacts } from './template-facts.ts';
import type { Workload } from './workload.ts';

/** Of a search, which asks for the lines of each function behind the API; CloudWatch does not charge for that. */
const SEARCH_SECONDS = 2;

/** Lines for the hourly search for abuse of API keys. */
export const idleAbuse = (work: Workload, facts: TemplateFacts): UsageLine[] => {
  const component = 'Search for abuse';
  const gb = facts.memoryGb.get('detect-abuse') ?? Number.NaN;
  const searches = HOURS_PER_MONTH;
  return [
    { component, what: 'abuse search starts', price: 'schedulerInvocation', units: searches },
    { component, what: 'abuse searches', price: 'lambdaRequest', units: searches },
    {
      component,
      what: 'GB-seconds of abuse searches',
      price: 'lambdaArmGbSecond',
      units: searches * SEARCH_SECONDS * gb,
    },
    {
      component,
      what: 'GB of abuse search logs',
      price: 'logGbIngested',
      units: gigabytes(searches * work.logBytesPerInvocation),
    },
  ];
};
