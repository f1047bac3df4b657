import type { UsageLine } from '../core/platform/billing/cost-lines.ts';
import { gigabytes, HOURS_PER_MONTH, readUnits } from '../core/platform/billing/units.ts';
import { SILENCE_CHECK_MINUTES } from '../lib/anomalies/silence-check.ts';
import type { ItemSizes } from './item-sizes.ts';
import type { TemplateFacts } from './template-facts.ts';
import type { Workload } from './workload.ts';

const CHECKS = (HOURS_PER_MONTH * 60) / SILENCE_CHECK_MINUTES;
/** Of a start, and of a check without targets. */
const CHECK_SECONDS = 0.05;
/** Two blocks read and decoded. */
const CHECKED_TARGET_SECONDS = 0.001;
/** This hour and the one before. */
const BLOCKS_PER_TARGET = 2;
/** Settings, open anomalies and the last summary: one page each. */
const READS_PER_TENANT = 3;

/** A summary of 24 hours takes a little over a kilobyte. */
const SUMMARY_UNITS = 2;

const memoryOf = (facts: TemplateFacts, entry: string): number => facts.memoryGb.get(entry) ?? Number.NaN;

/** Lines for the schedule without tenants: the starter only lists the tenants. */
export const idleSilence = (work: Workload, facts: TemplateFacts): UsageLine[] => {
  const component = 'Silence checks without tenants';
  const logs = gigabytes(CHECKS * work.logBytesPerInvocation);
  return [
    { component, what: 'silence schedule starts', price: 'schedulerInvocation', units: CHECKS },
    { component, what: 'starts of silence checks', price: 'lambdaRequest', units: CHECKS },
    {
      component,
      what: 'GB-seconds of starts of silence checks',
      price: 'lambdaArmGbSecond',
      units: CHECKS * CHECK_SECONDS * memoryOf(facts, 'start-silence-checks'),
    },
    { component, what: 'GB of silence start logs', price: 'logGbIngested', units: logs },
    { component, what: 'reads of tenants', price: 'dynamoReadUnit', units: 0.5 * CHECKS },
  ];
};

/** Lines for checking a fleet that sends, in addition to the idle ones: every target is listed, and two of its blocks are read. */
export const checkingSilence = (work: Workload, facts: TemplateFacts, sizes: ItemSizes): UsageLine[] => {
  const component = 'Silence checks';
  const listed = readUnits(work.hosts * sizes.targetBytes, 'eventual');
  const seconds = CHECKS * (CHECK_SECONDS + work.hosts * CHECKED_TARGET_SECONDS);
  return [
    { component, what: 'silence checks', price: 'lambdaRequest', units: CHECKS },
    {
      component,
      what: 'GB-seconds of silence checks',
      price: 'lambdaArmGbSecond',
      units: seconds * memoryOf(facts, 'check-silence'),
    },
    {
      component,
      what: 'GB of silence check logs',
      price: 'logGbIngested',
      units: gigabytes(CHECKS * work.logBytesPerInvocation),
    },
    { component, what: 'targets listed', price: 'dynamoReadUnit', units: CHECKS * listed },
    {
      component,
      what: 'blocks glanced at',
      price: 'dynamoReadUnit',
      units: CHECKS * work.hosts * BLOCKS_PER_TARGET * readUnits(sizes.blockBytes.at(-1) ?? 0, 'eventual'),
    },
    {
      component,
      what: 'open anomalies read',
      price: 'dynamoReadUnit',
      units: CHECKS * READS_PER_TENANT * 0.5,
    },
    { component, what: 'summaries written', price: 'dynamoWriteUnit', units: CHECKS * SUMMARY_UNITS },
  ];
};
