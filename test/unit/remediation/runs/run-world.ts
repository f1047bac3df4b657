/** One tenant with an Auto Scaling group in memory, whose runs are carried out by the handlers of the workflow. */
import type { Change } from '../../../../core/remediation/action.ts';
import { findAction } from '../../../../core/remediation/catalogue/catalogue.ts';
import type { Cause, Problem } from '../../../../core/remediation/cause.ts';
import type { GateWorld } from '../../../../core/remediation/gate/gate-world.ts';
import { judge } from '../../../../core/remediation/gate/judge.ts';
import { reserve, settle } from '../../../../core/remediation/gate/ledger-rules.ts';
import { judgeUndo } from '../../../../core/remediation/gate/undo.ts';
import { planHash, type RemediationPlan } from '../../../../core/remediation/plan.ts';
import { type RemediationCeiling, RemediationPolicy } from '../../../../core/remediation/policy.ts';
import type { ResourceCall, Resources } from '../../../../core/remediation/ports.ts';
import type { Remediation, Verdict, Verification } from '../../../../core/remediation/remediation.ts';
import { gateWorld } from '../../../../core/remediation/runs/judge-run.ts';
import type { Choice, Rules } from '../../../../core/remediation/runs/rules.ts';
import { remediationIdOf } from '../../../../core/remediation/runs/run-id.ts';
import { remediateInput, undoInput } from '../../../../core/remediation/runs/workflow-input.ts';
import { type Json, jsonHash } from '../../../../core/shared/canonical-json.ts';
import { makeHandler as makeChoose } from '../../../../functions/remediation/choose-action/handler.ts';
import { makeHandler as makeClose } from '../../../../functions/remediation/close-remediation/handler.ts';
import { makeHandler as makeExecute } from '../../../../functions/remediation/execute-action/handler.ts';
import { makeHandler as makeAsk } from '../../../../functions/remediation/request-approval/handler.ts';
import { makeHandler as makeVerify } from '../../../../functions/remediation/verify-remediation/handler.ts';
import { memoryInterventions } from '../../../fakes/forecasts.ts';
import { watched } from '../../../fakes/metrics.ts';
import {
  memoryDecisionInputs,
  memoryDecisionStore,
  memoryRemediationStore,
  remediationMemory,
} from '../../../fakes/remediation.ts';
import { memoryEvents, recordedTelemetry } from '../../../fakes/shared.ts';
import { NOW } from '../stored-samples.ts';

export const TENANT = 'acme';
export const GROUP = 'auto-scaling-group:web';
export const CAUSE: Cause = { kind: 'predicted-breach', targetId: 'web-1', metric: 'cpu', since: NOW - 600 };
const PROBLEM: Problem = {
  ...{ alertType: 'cpu-high', targetIds: ['web-1'], metric: 'cpu', confidence: 0.87 },
  ...{ threshold: { direction: 'above', limit: 95 }, impactAt: NOW + 3600, evidence: ['cpu rises'] },
};
export const CEILING: RemediationCeiling = {
  ...{ maxStage: 'automatic', actions: ['scale-out-group'], maxUnitsPerRun: 5, maxActionsPerHour: 10 },
};

export const policyOf = (stage: 'observe' | 'suggest' | 'approve' | 'automatic') =>
  RemediationPolicy.parse({
    environments: { shop: { stage } },
    resources: [
      {
        ...{ resource: GROUP, environment: 'shop', targets: ['web-1'] },
        actions: [{ action: 'scale-out-group', parameters: { add: 1, max: 10 } }],
      },
    ],
  });

/** Calls of the ports, as a test may disturb them. */
export type Disturb = <Result>(name: string, call: () => Promise<Result>) => Promise<Result>;
const calm: Disturb = (_, call) => call();

const disturbed = <Port extends object>(name: string, port: Port, disturb: Disturb): Port =>
  new Proxy(port, {
    get: (target, method, receiver) => {
      const value: unknown = Reflect.get(target, method, receiver);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) =>
        disturb(`${name}.${String(method)}`, async () => value.apply(target, args) as unknown);
    },
  });

interface Group {
  desired: number;
  readonly min: number;
  readonly max: number;
  inService: number;
}

/** A change of the group that really changed something. */
export interface Effect {
  readonly from: number;
  readonly to: number;
  readonly by: string;
  /** Kinds of the decisions about the remediation that were stored before. */
  readonly after: readonly string[];
}

export interface WorldOptions {
  readonly stage?: 'observe' | 'suggest' | 'approve' | 'automatic';
  readonly verdict?: Verdict;
  /** Reads after a change until the group has reached it; never if infinite. */
  readonly readsUntilDone?: number;
  readonly disturb?: Disturb;
  readonly isDryRun?: boolean;
  /** Predicted time of the harm, epoch seconds; default: an hour from now. */
  readonly impactAt?: number;
  /** Times at which `choose` still waits for more. */
  readonly incomplete?: number;
}

const choiceOf = (plan: RemediationPlan, world: GateWorld): Choice => {
  const verdict = judge(plan, world);
  const outcome = verdict.mode === 'refused' ? 'refused' : verdict.mode;
  return { outcome, plan, refusals: verdict.refusals, explanation: plan.change.summary };
};

export const runWorld = (options: WorldOptions = {}) => {
  const { stage = 'approve', verdict = 'avoided', readsUntilDone = 1, disturb = calm } = options;
  const problem = { ...PROBLEM, impactAt: options.impactAt ?? PROBLEM.impactAt };
  const memory = remediationMemory();
  const store = memoryRemediationStore(memory);
  const own = memory.of(TENANT);
  own.policy = { item: policyOf(stage), revision: 2 };
  const clock = { ms: NOW * 1000 };
  /** Time passes with every look at the clock. */
  const now = () => (clock.ms += 1000);
  const group: Group = { desired: 5, min: 1, max: 10, inService: 5 };
  const effects: Effect[] = [];
  const { events, published } = memoryEvents();
  const { telemetry, counts } = recordedTelemetry();
  const interventions = memoryInterventions();
  const remediationId = remediationIdOf(TENANT, CAUSE);
  const stored = (): Remediation | undefined => own.remediations.get(remediationId)?.item;
  let reads = 0;

  const resources: Resources = {
    read: async () => {
      if (group.inService !== group.desired && ++reads > readsUntilDone) group.inService = group.desired;
      return { ...group };
    },
    preview: (call, change) => [
      {
        service: 'autoscaling',
        operation: 'SetDesiredCapacity',
        input: { call: call.resource, to: change.to },
      },
    ],
    change: async (call: ResourceCall, change: Change<Json>) => {
      const { desired } = change.to as unknown as Group;
      if (desired === group.desired) return;
      const kinds = own.decisions
        .filter((each) => each.remediationId === remediationId)
        .map(({ kind }) => kind);
      effects.push({ from: group.desired, to: desired, by: call.remediationId, after: kinds });
      group.desired = desired;
      reads = 0;
    },
  };

  const rules: Rules = { judge, judgeUndo, reserve, settle, findAction };

  const base = {
    store: disturbed('store', store, disturb),
    inputs: disturbed('inputs', memoryDecisionInputs(), disturb),
    interventions: disturbed('interventions', interventions.store, disturb),
    events: disturbed('events', events, disturb),
    ...{ now, telemetry, ceiling: CEILING, rules, errorBudget: async () => null },
    resources: disturbed('resources', resources, disturb),
    pace: { secondsPerMinute: 60, checkSeconds: 15 },
  };
  let incomplete = options.incomplete ?? 0;
  const answered: string[] = [];

  const choose = makeChoose({
    ...{ ...base, forecastSeconds: 3600 },
    gather: async (beginning, { state, now: at }) => {
      if (incomplete-- > 0) return { waitUntil: at + 30 };
      const action = findAction('scale-out-group')!;
      const parameters = action.parameters.parse({ add: 1, max: 10 }) as Json;
      const context = { remediationId, at: beginning.startedAt, deployment: null };
      const change = action.plan(parameters, await base.resources.read(undefined as never), context);
      if ('notApplicable' in change) throw new Error(change.notApplicable);
      const plan: RemediationPlan = {
        ...{ tenantId: TENANT, remediationId, environment: 'shop', cause: beginning.cause, problem },
        ...{ action: { id: action.id, version: action.version }, effect: action.effect, risk: action.risk },
        ...{ reversibility: action.reversibility, resource: GROUP, parameters, change },
        ...{ cost: action.cost(change, parameters), minutes: action.minutes, expectedSuccess: 0.8 },
        ...{ policyVersion: state.policy.revision, plannedAt: at, expiresAt: at + 1800 },
      };
      const snapshot = { now: at, state, run: undefined, ledger: await store.ledger(TENANT, 'shop') };
      const world = { ...gateWorld(base, snapshot, { approval: null } as Remediation, null) };
      return {
        evidenceHash: null,
        inputs: JSON.parse(JSON.stringify({ plan, world })) as {
          plan: RemediationPlan;
          world: GateWorld;
        } & Json,
      };
    },
    chooseAction: (inputs: Json) => {
      const { plan, world } = inputs as unknown as { plan: RemediationPlan; world: GateWorld };
      return choiceOf(plan, world);
    },
    preview: (plan) =>
      resources.preview({ resource: plan.resource } as ResourceCall, plan.change as Change<Json>),
  });

  const verification = (at: number): Verification => ({
    ...{
      verdict,
      probabilityAvoided: 0.9,
      points: 6,
      newestAt: at,
      evidence: [`the result is ${verdict}`],
      at,
    },
  });
  const tasks = {
    ChooseActionFunctionArn: choose,
    RequestApprovalFunctionArn: makeAsk({
      ...base,
      workflows: { answer: async (token) => answered.push(token) },
    }),
    ExecuteActionFunctionArn: makeExecute(base),
    VerifyRemediationFunctionArn: makeVerify({
      ...base,
      gather: async (run, at) => ({ run: jsonHash(run), at }),
      verify: ({ at }) => verification(Number(at)),
    }),
    CloseRemediationFunctionArn: makeClose({
      ...base,
      registry: { get: async () => watched('web-1', { tenantId: TENANT }) },
    }),
  };
  const isDryRun = options.isDryRun ?? false;

  /** A person answers, as the API stores it. */
  const answer = (kind: 'approved' | 'rejected', by = 'ann') => {
    const { item, revision } = own.remediations.get(remediationId)!;
    if (item.approval === null || item.status !== 'awaiting-approval') return;
    const given = {
      ...{ planHash: item.planHash!, at: Math.floor(clock.ms / 1000), reason: 'ok' },
      by: { kind: 'person' as const, name: by },
    };
    const approval =
      kind === 'approved'
        ? { ...item.approval, approvals: [...item.approval.approvals, given] }
        : { ...item.approval, rejection: given };
    own.remediations.set(remediationId, { item: { ...item, approval }, revision: revision + 1 });
  };
  /** People asked to undo, as the API stores it. */
  const askToUndo = () => {
    const { item, revision } = own.remediations.get(remediationId)!;
    const approval = {
      ...{ planHash: planHash(item.plan!), at: Math.floor(clock.ms / 1000), reason: 'not needed' },
      by: { kind: 'person' as const, name: 'bob' },
    };
    const undoRequest = { needed: 1 as const, approvals: [approval] };
    own.remediations.set(remediationId, { item: { ...item, undoRequest }, revision: revision + 1 });
  };

  return {
    ...{
      tasks,
      own,
      group,
      effects,
      published,
      counts,
      clock,
      answered,
      remediationId,
      interventions: interventions.stored,
      stored,
      answer,
      askToUndo,
    },
    ...{ decisions: memoryDecisionStore(memory), resources, store },
    input: remediateInput({ tenantId: TENANT, remediationId }, CAUSE, isDryRun, NOW),
    undoInput: undoInput({ tenantId: TENANT, remediationId }, NOW),
  };
};
