import type { UsageLine } from '../core/platform/billing/cost-lines.ts';
import { costOf } from '../core/platform/billing/prices.ts';
import { HOURS_PER_MONTH, writeUnits } from '../core/platform/billing/units.ts';
import { mean } from '../core/shared/maths/averages.ts';
import { HOUR_SECONDS } from '../core/shared/time.ts';
import type { GatewayRoute } from '../lib/api/gateway-routes.ts';
import type { ItemSizes } from './item-sizes.ts';
import type { TemplateFacts } from './template-facts.ts';

/**
 * Lambda records the first invocation of each second and 5 % of the others, unless the caller has decided.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html
 */
const FIRST_OF_EACH_SECOND = HOURS_PER_MONTH * HOUR_SECONDS;
const SHARE_OF_OTHERS = 0.05;

/** At most this many of a function's invocations are recorded, however they are distributed over the month. */
const recordedOf = (invocations: number): number =>
  Math.min(
    invocations,
    FIRST_OF_EACH_SECOND + SHARE_OF_OTHERS * Math.max(0, invocations - FIRST_OF_EACH_SECOND),
  );

/** The attribute `trace` of a block: name, trace, segment and flag. */
const TRACE_BYTES = 84;

const writesOf = ({ blockBytes }: ItemSizes, extraBytes: number): number =>
  mean(blockBytes.map((bytes) => writeUnits(bytes + extraBytes)));

/**
 * Lines for tracing, given all other lines: an upper bound, because it counts each recorded invocation as a trace of its
 * own, although most continue one. Segments of a trace are free.
 */
export const tracingUsage = (
  lines: readonly UsageLine[],
  { isTraced }: TemplateFacts,
  sizes?: ItemSizes,
): UsageLine[] => {
  if (!isTraced) return [];
  const component = 'Tracing, at most';
  const invocations = lines.filter(({ price }) => price === 'lambdaRequest');
  const traces: UsageLine = {
    ...{ component, what: 'traces', price: 'traceRecorded' },
    units: invocations.reduce((sum, { units }) => sum + recordedOf(units), 0),
  };
  if (sizes === undefined) return [traces];
  const blocks = lines.find(({ what }) => what === 'block writes')?.units ?? 0;
  const growth = writesOf(sizes, TRACE_BYTES) / writesOf(sizes, 0) - 1;
  return [traces, { component, what: 'traces in blocks', price: 'dynamoWriteUnit', units: blocks * growth }];
};

/** Requests that API Gateway accepts of all APIs of an account and region: a quota of AWS, unless it was raised. */
const ACCOUNT_REQUESTS_PER_SECOND = 10_000;

/**
 * Dollars per hour if senders ask for a trace of each request (`Sampled=1`) and send as many as the throttles of the
 * routes let through. With or without a valid key: Lambda records before the function verifies it.
 */
export const forcedTracingPerHour = (ratePerSecond: number, routes: readonly GatewayRoute[]): number => {
  const accepted = routes.reduce((sum, { share }) => sum + Math.max(1, ratePerSecond * share), 0);
  return costOf('traceRecorded', Math.min(ACCOUNT_REQUESTS_PER_SECOND, accepted) * HOUR_SECONDS);
};
