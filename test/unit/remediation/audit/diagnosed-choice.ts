/** A choice about an incident, gathered and made as in a deployment, with the inputs of the diagnosis that it rests on. */
import { diagnosisInputs } from '../../../../core/incidents/explaining/diagnosis-inputs.ts';
import { reportFromInputs } from '../../../../core/incidents/explaining/report-from-inputs.ts';
import { append } from '../../../../core/remediation/audit/decision-chain.ts';
import { findAction } from '../../../../core/remediation/catalogue/catalogue.ts';
import { ChoiceInputs } from '../../../../core/remediation/choosing/choice-inputs.ts';
import { chooseAction } from '../../../../core/remediation/choosing/choose-action.ts';
import { type Decision, EMPTY_CHAIN } from '../../../../core/remediation/decision.ts';
import { gatherChoice } from '../../../../core/remediation/gathering/gather-choice.ts';
import { namedCause } from '../../../../core/remediation/gathering/named-cause.ts';
import { RemediationPolicy } from '../../../../core/remediation/policy.ts';
import { KNOWN } from '../../../../core/remediation/recommendation/catalogue-knowledge.ts';
import { asJson } from '../../../../core/remediation/runs/judge-run.ts';
import { type Json, jsonHash } from '../../../../core/shared/canonical-json.ts';
import { inParallel } from '../../../../core/shared/in-parallel.ts';
import { watched } from '../../../fakes/metrics.ts';
import {
  memoryDecisionInputs,
  memoryRemediationStore,
  remediationMemory,
} from '../../../fakes/remediation.ts';
import { faultySeeds, simulatedFault } from '../../incidents/explaining/simulated-fault.ts';
import { sourcesOf } from '../gathering/gathering-world.ts';
import { decision } from './decision-samples.ts';

const GROUP = 'auto-scaling-group:web';
const STATE = { desired: 5, min: 1, max: 10, inService: 5 };

const policyFor = (target: string) =>
  RemediationPolicy.parse({
    environments: { shop: { stage: 'approve' } },
    resources: [
      {
        ...{ resource: GROUP, environment: 'shop', targets: [target] },
        actions: [{ action: 'scale-out-group', parameters: { add: 1, max: 10 } }],
      },
    ],
  });

const gather = async (ofDiagnosis: Json, incident: Parameters<typeof sourcesOf>[0], now: number) => {
  const cause = namedCause(reportFromInputs(ofDiagnosis))!;
  const { sources } = await sourcesOf({ ...incident, targets: [watched(cause.node)] });
  const memory = remediationMemory();
  memory.of('acme').policy = { item: policyFor(cause.node), revision: 1 };
  const store = memoryRemediationStore(memory);
  const deps = {
    ...{ ...sources, store, inParallel, findAction, findRemedies: KNOWN.findRemedies },
    errorBudget: async () => null,
    ...{ inputs: memoryDecisionInputs(), resources: { read: async () => STATE } },
    ceiling: {
      ...{ maxStage: 'automatic' as const, actions: ['scale-out-group'] },
      ...{ maxUnitsPerRun: 5, maxActionsPerHour: 10 },
    },
  };
  const { incidentId } = incident!.incidents![0]!;
  const beginning = {
    ...{ tenantId: 'acme', remediationId: 'r-1', isDryRun: false, startedAt: now, workflowVersion: '1' },
    cause: { kind: 'incident' as const, incidentId, reopened: 0 },
  };
  const gathered = await gatherChoice(deps, beginning, { state: await store.state('acme'), now });
  if (!('inputs' in gathered)) throw new TypeError('the causes are known');
  return ChoiceInputs.parse(gathered.inputs);
};

/** A decision with these inputs, whose outcome follows from them. */
export const decided = (inputs: ChoiceInputs): { readonly decision: Decision; readonly inputs: Json } => {
  const recorded = asJson(inputs);
  const [appended] = append('acme', EMPTY_CHAIN, [
    decision({ kind: 'plan-chosen', inputsHash: jsonHash(recorded), outcome: asJson(chooseAction(inputs)) }),
  ]);
  return { decision: appended!, inputs: recorded };
};

export const diagnosedChoice = async () => {
  const { material } = simulatedFault({ seed: faultySeeds(1)[0]! })!;
  const ofDiagnosis = diagnosisInputs(material);
  const report = { ...reportFromInputs(ofDiagnosis), inputsHash: jsonHash(ofDiagnosis) };
  const facts = { incidents: [material.stored.incident], reports: [report] };
  const choice = await gather(ofDiagnosis, facts, material.now + 60);
  return { choice, ofDiagnosis, ...decided(choice) };
};
