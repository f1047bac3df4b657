/** What would have been done under another policy, with every change stubbed. */
import type { ChoiceInputs } from '../choosing/choice-inputs.ts';
import { type Choice, chooseAction } from '../choosing/choose-action.ts';
import { judge } from '../gate/judge.ts';
import { planHash, type RemediationPlan } from '../plan.ts';
import type { RemediationPolicy } from '../policy.ts';
import type { PreviewedCall } from '../ports.ts';
import type { Known } from '../recommendation/known.ts';
import type { Approval, Refusal } from '../remediation.ts';
import type { RecordedRun } from './recorded-runs.ts';
import { SimulatedLedger } from './simulated-ledger.ts';
import { underPolicy } from './under-policy.ts';

export interface SimulationDeps {
  readonly policy: RemediationPolicy;
  /** As if people approved every plan that they are asked about; otherwise those of remediations that they approved. */
  readonly approveAll: boolean;
  readonly known: Known;
  /** The calls of a plan, which nobody makes. */
  readonly preview: (plan: RemediationPlan) => readonly PreviewedCall[];
}

/** `unknown`: the inputs of its choices are missing or damaged. */
export type SimulatedEnd = Choice['outcome'] | 'unknown';

export interface Simulated {
  readonly end: SimulatedEnd;
  readonly plan: RemediationPlan | null;
  /** People who would be asked; 0 if none. */
  readonly asked: number;
  readonly refusals: readonly Refusal[];
  /** Of a plan that would be carried out, asked about or suggested. */
  readonly calls: readonly PreviewedCall[];
  readonly explanation: string;
  /** Epoch seconds: that of the recorded choice at which it ended. */
  readonly at: number;
}

export interface SimulatedRun {
  readonly run: RecordedRun;
  readonly simulated: Simulated;
  /** True if something else would have been done than was done. */
  readonly differs: boolean;
}

/** Each recorded remediation in the order of the record, with what `policy` would have made of it. */
export const simulatePolicy = async (
  deps: SimulationDeps,
  runs: readonly RecordedRun[],
): Promise<readonly SimulatedRun[]> => {
  const ledger = new SimulatedLedger(runs);
  const found = new Map<string, Simulated>();
  const moments = runs
    .flatMap((run) => run.choices.map((choice) => ({ run, choice })))
    .toSorted((a, b) => a.choice.sequence - b.choice.sequence);
  for (const { run, choice } of moments) {
    const { remediationId } = run;
    const before = found.get(remediationId);
    if (choice.inputs === null || before?.end === 'act' || before?.end === 'ask') continue;
    found.set(remediationId, await simulateChoice(deps, ledger, run, choice.inputs));
  }
  return runs.map((run) => {
    const simulated = found.get(run.remediationId) ?? unknown(run);
    return { run, simulated, differs: differs(run, simulated) };
  });
};

const simulateChoice = async (
  deps: SimulationDeps,
  ledger: SimulatedLedger,
  run: RecordedRun,
  recorded: ChoiceInputs,
): Promise<Simulated> => {
  const { policy, known } = deps;
  const inputs = await underPolicy(recorded, policy, known, (environment) =>
    ledger.at(recorded, environment),
  );
  const choice = chooseAction(inputs, known);
  const { plan, refusals, explanation, outcome } = choice;
  const calls = plan === null || outcome === 'nothing' || outcome === 'refused' ? [] : deps.preview(plan);
  const asked = outcome === 'ask' ? (choice.verdict?.needed ?? 0) : 0;
  const { now } = inputs.world;
  const simulated = { end: outcome, plan, asked, refusals, calls, explanation, at: now };
  const isApproved = outcome === 'ask' && (deps.approveAll || run.inFact.wasApproved);
  return plan !== null && (outcome === 'act' || isApproved)
    ? act({ ledger, inputs, run }, plan, simulated)
    : simulated;
};

interface Acting {
  readonly ledger: SimulatedLedger;
  readonly inputs: ChoiceInputs;
  readonly run: RecordedRun;
}

const approvalsOf = (plan: RemediationPlan, asked: number, at: number): Approval[] =>
  Array.from({ length: asked }, (_, n) => ({
    ...{ planHash: planHash(plan), at, reason: 'simulated' },
    by: { kind: 'person' as const, name: `simulated approver ${n + 1}` },
  }));

/** The gate is asked again at the moment of action, as if the resource were still as it was read. */
const act = ({ ledger, inputs, run }: Acting, plan: RemediationPlan, chosen: Simulated): Simulated => {
  const { world } = inputs;
  const approvals = approvalsOf(plan, chosen.asked, world.now);
  const verdict = judge(plan, { ...world, phase: 'acting', present: plan.change.from, approvals });
  if (verdict.mode !== 'act') return { ...chosen, end: 'refused', refusals: verdict.refusals, calls: [] };
  ledger.act(run, plan, world.now);
  return { ...chosen, end: 'act' };
};

const unknown = ({ at }: RecordedRun): Simulated => ({
  ...{ end: 'unknown', plan: null, asked: 0, refusals: [], calls: [], at },
  explanation: 'The inputs of its choices are missing, damaged or of another release.',
});

const AS_SIMULATED = {
  ...{ acted: 'act', undone: 'act', rejected: 'ask', unanswered: 'ask' },
  ...{ refused: 'refused', suggested: 'suggest', nothing: 'nothing' },
} as const satisfies Record<RecordedRun['inFact']['end'], SimulatedEnd>;

const differs = ({ inFact }: RecordedRun, { end, plan }: Simulated): boolean => {
  if (end === 'unknown') return false;
  if (AS_SIMULATED[inFact.end] !== end) return true;
  const isAboutPlan = end === 'act' || end === 'ask' || end === 'suggest';
  return isAboutPlan && (inFact.action !== plan?.action.id || inFact.resource !== plan.resource);
};
