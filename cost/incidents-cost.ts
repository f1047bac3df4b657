import type { UsageLine } from '../core/platform/billing/cost-lines.ts';
import { gigabytes, HOURS_PER_MONTH, readUnits, writeUnits } from '../core/platform/billing/units.ts';
import type { TemplateFacts } from './template-facts.ts';
import type { Workload } from './workload.ts';

/** Write units per KB in a transaction. */
const TRANSACTED = 2;
/** A packed incident with a few signals; the list of a tenant's open incidents. */
const INCIDENT_BYTES = 2000;
const BOOK_BYTES = 500;
/** Incidents of a tenant that new signals may join, which are read with every batch of signals. */
const ACTIVE_INCIDENTS = 10;
/** Targets whose blocks of two hours a diagnosis reads. */
const DIAGNOSED_TARGETS = 20;
const EXPLAINED_HOURS = 3;
const CAUSES_BYTES = 4000;
/** What a diagnosis of eight targets with 25 hours of latency and requests at five minutes depended on, as it is recorded. */
const DIAGNOSIS_INPUT_BYTES = 38_000;
/** As long as the decisions that name them. */
const INPUTS_KEPT_MONTHS = 460 / 30;

/** Signals per month, and the batches in which they are grouped. */
export const signalsOf = (work: Workload, batchSize: number) => {
  const series = work.hosts * work.metrics;
  const anomalies = series * work.anomaliesPerSeries;
  const runs = (HOURS_PER_MONTH * 60) / work.cadenceMinutes;
  const breachesOfRun = series * work.breachShare;
  // Anomalies are announced at their start and end, at any time; a run announces all its breaches at once.
  const signals = 2 * anomalies + runs * breachesOfRun;
  const batches = 2 * anomalies + runs * Math.ceil(breachesOfRun / batchSize);
  return { signals, batches };
};

const grouping = (work: Workload, facts: TemplateFacts, batches: number, signals: number): UsageLine[] => {
  const component = 'Incidents';
  const reads =
    readUnits(BOOK_BYTES, 'strong') + (ACTIVE_INCIDENTS + 2) * readUnits(INCIDENT_BYTES, 'strong');
  const writes =
    TRANSACTED * (writeUnits(BOOK_BYTES) + writeUnits(INCIDENT_BYTES)) + writeUnits(INCIDENT_BYTES);
  const seconds = (batches * work.groupMs) / 1000;
  return [
    // Sent by EventBridge one by one; received and deleted in batches.
    { component, what: 'signals queued', price: 'sqsRequest', units: signals + 2 * batches },
    { component, what: 'grouping invocations', price: 'lambdaRequest', units: batches },
    {
      component,
      what: 'GB-seconds of grouping',
      price: 'lambdaArmGbSecond',
      units: seconds * (facts.memoryGb.get('group-signals') ?? Number.NaN),
    },
    { component, what: 'incident reads', price: 'dynamoReadUnit', units: batches * reads },
    { component, what: 'incident writes', price: 'dynamoWriteUnit', units: batches * writes },
    { component, what: 'incident events', price: 'customEvent', units: batches },
  ];
};

const diagnosing = (work: Workload, facts: TemplateFacts, diagnoses: number): UsageLine[] => {
  const component = 'Causes';
  const blocks = DIAGNOSED_TARGETS * EXPLAINED_HOURS;
  const reads = blocks * readUnits(4000, 'eventual') + readUnits(INCIDENT_BYTES, 'strong');
  const seconds = (diagnoses * work.explainMs) / 1000;
  return [
    { component, what: 'diagnoses queued', price: 'sqsRequest', units: 3 * diagnoses },
    { component, what: 'diagnosis invocations', price: 'lambdaRequest', units: diagnoses },
    {
      component,
      what: 'GB-seconds of diagnosis',
      price: 'lambdaArmGbSecond',
      units: seconds * (facts.memoryGb.get('diagnose-incident') ?? Number.NaN),
    },
    { component, what: 'metrics read', price: 'dynamoReadUnit', units: diagnoses * reads },
    {
      component,
      what: 'causes written',
      price: 'dynamoWriteUnit',
      units: diagnoses * writeUnits(CAUSES_BYTES),
    },
    { component, what: 'inputs recorded', price: 's3Put', units: diagnoses },
    {
      component,
      what: 'GB of inputs',
      price: 's3GbMonth',
      units: gigabytes(diagnoses * DIAGNOSIS_INPUT_BYTES * INPUTS_KEPT_MONTHS),
    },
  ];
};

/**
 * Lines for grouping signals into incidents and for diagnosing these. Assumes that each batch of signals changes one
 * incident and causes one diagnosis: an upper bound, because repeated signals change nothing.
 */
export const incidentUsage = (work: Workload, facts: TemplateFacts): UsageLine[] => {
  const { signals, batches } = signalsOf(work, facts.signalBatchSize);
  return [
    ...grouping(work, facts, batches, signals),
    ...diagnosing(work, facts, batches),
    {
      component: 'Incidents',
      what: 'GB of incident logs',
      price: 'logGbIngested',
      units: gigabytes(2 * batches * work.logBytesPerInvocation),
    },
  ];
};
