import type { UsageLine } from '../core/platform/billing/cost-lines.ts';
import { HOURS_PER_MONTH, readUnits, writeUnits } from '../core/platform/billing/units.ts';
import { signalsOf } from './incidents-cost.ts';
import type { TemplateFacts } from './template-facts.ts';
import type { Workload } from './workload.ts';

/** Causes that are read together (`lib/remediation/remediation-intake.ts`). */
const CAUSES_PER_BATCH = 10;
const START_SECONDS = 0.1;
/** Policy, kill switch, track record and end of the chain: also a tenant without a policy is looked up. */
const STATE_ITEMS = 4;
const STATE_ITEM_BYTES = 4000;

/** Looks at a resource that is changing, each after a wait and before a choice. */
const CHECKS = 5;
const STATES_PER_CHECK = 3;
/** The start, choosing, asking, preparing, beginning, two verifications, closing, and what lies between them. */
const OTHER_STATES = 20;
/** Steps that store what they decided, with its inputs in an object; looks that find nothing new store nothing. */
const STEPS = 8;
const STEP_SECONDS = 1;
const RECORD_BYTES = 5000;
const DECISION_BYTES = 3000;
const LEDGER_BYTES = 1000;
const TRANSACTED = 2;
const EVENTS = 4;

const memoryOf = (facts: TemplateFacts, name: string): number => facts.memoryGb.get(name) ?? Number.NaN;

/** Breaches of a run arrive together, updates of incidents one by one. An upper bound: few updates are causes. */
const causesOf = (work: Workload, facts: TemplateFacts) => {
  const { batches: updates } = signalsOf(work, facts.signalBatchSize);
  const runs = (HOURS_PER_MONTH * 60) / work.cadenceMinutes;
  const breachesOfRun = work.hosts * work.metrics * work.breachShare;
  return {
    causes: runs * breachesOfRun + updates,
    batches: runs * Math.ceil(breachesOfRun / CAUSES_PER_BATCH) + updates,
  };
};

/** Lines for looking at what may lead to a remediation, and for carrying some of them out with an approval. */
export const remediationUsage = (work: Workload, facts: TemplateFacts): UsageLine[] => {
  const component = 'Remediations';
  const { causes, batches } = causesOf(work, facts);
  const { remediations } = work;
  const steps = remediations * (STEPS + CHECKS);
  const writes =
    TRANSACTED * (writeUnits(RECORD_BYTES) + writeUnits(DECISION_BYTES) + writeUnits(LEDGER_BYTES));
  const starting = batches * START_SECONDS * memoryOf(facts, 'start-remediations');
  const acting = steps * STEP_SECONDS * memoryOf(facts, 'execute-action');
  const looked = (causes + steps) * STATE_ITEMS * readUnits(STATE_ITEM_BYTES, 'strong');
  return [
    { component, what: 'causes queued', price: 'sqsRequest', units: causes + 2 * batches },
    { component, what: 'starts and steps', price: 'lambdaRequest', units: batches + steps },
    { component, what: 'GB-seconds of both', price: 'lambdaArmGbSecond', units: starting + acting },
    { component, what: 'policies looked up', price: 'dynamoReadUnit', units: looked },
    {
      component,
      what: 'transitions of the workflow',
      price: 'stepFunctionsTransition',
      units: remediations * (CHECKS * STATES_PER_CHECK + OTHER_STATES),
    },
    { component, what: 'decisions written', price: 'dynamoWriteUnit', units: remediations * STEPS * writes },
    { component, what: 'interventions written', price: 'dynamoWriteUnit', units: remediations },
    { component, what: 'inputs of decisions', price: 's3Put', units: remediations * STEPS },
    { component, what: 'events about them', price: 'customEvent', units: remediations * EVENTS },
  ];
};
