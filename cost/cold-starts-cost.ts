import type { UsageLine } from '../core/platform/billing/cost-lines.ts';
import { HOURS_PER_MONTH } from '../core/platform/billing/units.ts';
import { mean } from '../core/shared/maths/averages.ts';
import type { TemplateFacts } from './template-facts.ts';
import { CONTAINER_HOURS, type Workload } from './workload.ts';

/** Of the invocations of busy functions: "under 1%". https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html */
const COLD_SHARE = 0.01;
/** Lambda ends an idle container after minutes: a function with fewer invocations than one in ten minutes always starts cold. */
const RARE = HOURS_PER_MONTH * 6;

/** The function that does most of the work of a component; the others are small, and have the mean of all. */
const FUNCTION_OF: Readonly<Record<string, string>> = {
  Receive: 'receive-metrics',
  Store: 'store-metrics',
  Detect: 'detect-anomalies',
  Forecast: 'forecast-batch',
};

/** Cold starts among the invocations of a month. A container is replaced every few hours, even if it is busy. */
export const coldStartsOf = (invocations: number): number =>
  invocations <= RARE ? invocations : Math.max(COLD_SHARE * invocations, HOURS_PER_MONTH / CONTAINER_HOURS);

/** Lines for the initialisation of functions, which Lambda bills like any other duration, for the invocations in `lines`. */
export const initialising = (
  lines: readonly UsageLine[],
  work: Workload,
  facts: TemplateFacts,
): UsageLine[] => {
  const component = 'Cold starts';
  const started = lines
    .filter(({ price }) => price === 'lambdaRequest')
    .map(({ component: of, units }) => ({
      starts: coldStartsOf(units),
      gb: facts.memoryGb.get(FUNCTION_OF[of] ?? '') ?? mean([...facts.memoryGb.values()]),
    }));
  const gbSeconds = started.reduce((sum, { starts, gb }) => sum + (starts * gb * work.initMs) / 1000, 0);
  return [{ component, what: 'GB-seconds of initialisation', price: 'lambdaArmGbSecond', units: gbSeconds }];
};
