import type { UsageLine } from '../core/platform/billing/cost-lines.ts';
import { HOURS_PER_MONTH, writeUnits } from '../core/platform/billing/units.ts';
import { mean } from '../core/shared/maths/averages.ts';
import { HOUR_SECONDS } from '../core/shared/time.ts';
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
