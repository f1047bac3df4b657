/** A simulated fleet under Forestall: the deployed functions choose, judge and verify; the world is simulated. */
import { causeKey, type Problem } from '../../../core/remediation/cause.ts';
import type { ChoiceInputs } from '../../../core/remediation/choosing/choice-inputs.ts';
import { chooseAction } from '../../../core/remediation/choosing/choose-action.ts';
import { chosenAgainAt, judgedAgainAt } from '../../../core/remediation/choosing/judge-again.ts';
import { nextRound } from '../../../core/remediation/choosing/next-round.ts';
import type { GateWorld } from '../../../core/remediation/gate/gate-world.ts';
import { judge } from '../../../core/remediation/gate/judge.ts';
import { reserve, settle } from '../../../core/remediation/gate/ledger-rules.ts';
import { EMPTY_LEDGER } from '../../../core/remediation/ledger.ts';
import { planHash, type RemediationPlan } from '../../../core/remediation/plan.ts';
import type { AutonomyStage, RemediationPolicy } from '../../../core/remediation/policy.ts';
import type { Approval, Refusal, RemediationStatus, Verdict } from '../../../core/remediation/remediation.ts';
import { learn } from '../../../core/remediation/runs/close.ts';
import { NO_RECORD } from '../../../core/remediation/track-record.ts';
import type { Json } from '../../../core/shared/canonical-json.ts';
import { HOUR_SECONDS } from '../../../core/shared/time.ts';
import { type ManagedService, STEP_SECONDS } from '../../../core/simulator/managed/managed-service.ts';
import { alarmOf, CEILING, ENVIRONMENT, policyOf, REMEDIES, resourceOf, stateOf } from './fleet-policy.ts';
import { answeredAt } from './on-call.ts';
import type { DoneAction, FleetCourse } from './outcome.ts';
import type { Acted, Planned, Running, Waiting } from './running.ts';
import { findProblem, PROFILES, pathOf } from './service-problem.ts';
import { verifyAction } from './verify-action.ts';
import { type SharedForecasts, WatchedService } from './watched-service.ts';

const TENANT = 'simulated';

const ENDS = {
  avoided: ['succeeded', 'succeeded'],
  unproven: ['unproven', 'unproven'],
  'no-effect': ['ineffective', 'unproven'],
  worse: ['failed', 'undone'],
} as const satisfies Readonly<Record<Verdict, readonly [result: string, status: RemediationStatus]>>;

/** How far Forestall may go, and whether the owner mapped the alarms. */
export interface WayOfWorking {
  readonly stage: AutonomyStage;
  readonly hasAlarms: boolean;
}

/** Carries out what Forestall decides, one step of five minutes after another. */
export class FleetOperator {
  readonly #policy: RemediationPolicy;
  readonly #hasAlarms: boolean;
  readonly #watched: readonly WatchedService[];
  readonly #generations = new Map<string, number>();
  readonly #beyond = new Map<string, number[]>();
  readonly #actions: DoneAction[] = [];
  readonly #started = new Set<string>();
  #ledger = EMPTY_LEDGER;
  #track = NO_RECORD;
  #running: readonly Running[] = [];

  constructor(
    services: readonly ManagedService[],
    way: WayOfWorking,
    shared: ReadonlyMap<string, SharedForecasts>,
  ) {
    this.#hasAlarms = way.hasAlarms;
    this.#policy = policyOf(services, way);
    this.#watched = services.map((service) => new WatchedService(service, shared.get(service.id)!));
  }

  get course(): FleetCourse {
    return { beyond: this.#beyond, actions: this.#actions };
  }

  measure(now: number): void {
    for (const watched of this.#watched) {
      const { id, limit } = watched.service;
      if (watched.measure() <= limit) continue;
      const steps = this.#beyond.get(id) ?? [];
      steps.push(now);
      this.#beyond.set(id, steps);
    }
  }

  /** Alarms that began. */
  notice(now: number): void {
    for (const watched of this.#hasAlarms ? this.#watched : []) {
      const { alarmSince: receivedAt, service } = watched;
      if (receivedAt === null) continue;
      this.#start({ kind: 'alert', source: 'cloudwatch', name: alarmOf(service), receivedAt }, watched, now);
    }
  }

  /** Runs go on before new ones start. */
  proceed(now: number): void {
    for (const run of this.#running) {
      if ('beganAt' in run) this.#verify(run, now);
      else if ('plan' in run) this.#answer(run, now);
      else if (now >= run.dueAt) this.#choose(run, now);
    }
  }

  forecast(now: number): void {
    for (const watched of this.#watched) {
      const { warning } = watched.forecast(now);
      if (warning === null || warning.severity === 'info') continue;
      const { id: targetId, metric } = watched.service;
      const since = Math.floor(warning.since / 1000);
      this.#start({ ...{ kind: 'predicted-breach', targetId, metric, since } }, watched, now);
    }
  }

  /** Once for each cause, as the names of executions ensure. */
  #start(cause: Waiting['cause'], watched: WatchedService, now: number): void {
    const id = causeKey(cause);
    if (this.#started.has(id)) return;
    this.#started.add(id);
    const run = { id, watched, cause, startedAt: now, dueAt: now };
    this.#running = [...this.#running, run];
    this.#choose(run, now);
  }

  #replace(run: Running, next: Running): void {
    this.#running = this.#running.map((each) => (each.id === run.id ? next : each));
  }

  #end(run: Running, status: RemediationStatus, now: number): void {
    this.#running = this.#running.filter(({ id }) => id !== run.id);
    const cause = nextRound({ cause: run.cause, status, isDryRun: false, verification: null });
    if (cause?.kind === 'predicted-breach') this.#start(cause, run.watched, now);
  }

  #world(phase: GateWorld['phase'], now: number, present: Json, approvals: Approval[]): GateWorld {
    return {
      ...{ phase, now, policy: this.#policy, policyVersion: 1, ceiling: CEILING, killSwitch: null },
      ...{ ledger: this.#ledger, track: this.#track, errorBudget: null, approvals, present },
    };
  }

  #state({ service }: WatchedService): Json {
    return stateOf(service, this.#generations.get(service.id) ?? 0, false);
  }

  #choose(run: Waiting, now: number): void {
    const { watched, cause, startedAt } = run;
    const problem = findProblem(watched, cause, startedAt);
    if (problem === 'over') {
      this.#end(run, 'nothing-to-do', now);
      return;
    }
    if (problem === 'wait') {
      this.#replace(run, { ...run, dueAt: now + STEP_SECONDS });
      return;
    }
    const choice = chooseAction(this.#inputs(run, problem, now));
    const again = judgedAgainAt(cause, choice, { startedAt, now, forecastSeconds: HOUR_SECONDS });
    if (again !== null) this.#replace(run, { ...run, dueAt: again });
    else if (choice.plan === null || (choice.outcome !== 'act' && choice.outcome !== 'ask'))
      this.#end(run, 'refused', now);
    else {
      const answerAt = choice.outcome === 'ask' ? answeredAt(now, watched.service.id) : null;
      const planned = { ...run, plan: choice.plan, forecast: pathOf(watched.run!), answerAt };
      this.#replace(run, planned);
      this.#answer(planned, now);
    }
  }

  #inputs({ id, watched, cause, startedAt }: Waiting, problem: Problem, now: number): ChoiceInputs {
    const { service } = watched;
    const { action, parameters } = REMEDIES[service.kind];
    const candidate = { resource: resourceOf(service), action, parameters };
    return {
      ...{
        tenantId: TENANT,
        remediationId: id,
        environment: ENVIRONMENT,
        cause,
        startedAt,
        deployment: null,
      },
      ...{ problem, profile: PROFILES[service.kind], policyVersion: 1 },
      world: { ...this.#world('choosing', now, null, []), phase: 'choosing' },
      candidates: [{ ...candidate, reading: { state: this.#state(watched) } }],
    };
  }

  #answer(run: Planned, now: number): void {
    const { plan, answerAt } = run;
    if (now >= plan.expiresAt) this.#end(run, 'expired', now);
    else if (answerAt === null || now >= answerAt) this.#act(run, now);
  }

  #act(run: Planned, now: number): void {
    const { plan, watched, answerAt } = run;
    const approval: Approval = {
      ...{ planHash: planHash(plan), by: { kind: 'person', name: 'on-call' } },
      ...{ at: Math.ceil(Math.min(answerAt ?? now, now)), reason: 'simulated' },
    };
    const approvals = answerAt === null ? [] : [approval];
    const verdict = judge(plan, this.#world('acting', now, this.#state(watched), approvals));
    if (verdict.mode !== 'act') {
      this.#refuse(run, verdict.refusals, now);
      return;
    }
    this.#ledger = reserve(this.#ledger, entryOf(plan, now));
    const { service } = watched;
    repeat(plan.change.touches, service, REMEDIES[service.kind]);
    watched.acted(now);
    if (service.kind === 'worker')
      this.#generations.set(service.id, (this.#generations.get(service.id) ?? 0) + 1);
    this.#replace(run, { ...run, beganAt: now });
  }

  #refuse(run: Planned, refusals: readonly Refusal[], now: number): void {
    const { id, watched, cause, startedAt } = run;
    const dueAt = chosenAgainAt(cause, refusals, { startedAt, now });
    if (dueAt === null) this.#end(run, 'refused', now);
    else this.#replace(run, { id, watched, cause, startedAt, dueAt });
  }

  #verify(run: Acted, now: number): void {
    const found = verifyAction(run, now);
    if (!('waitSeconds' in found)) this.#close(run, found.verdict, now);
  }

  #close(run: Acted, verdict: Verdict, now: number): void {
    const { plan, watched, beganAt } = run;
    const { service } = watched;
    const [result, status] = ENDS[verdict];
    const isUndone = verdict === 'worse' && plan.reversibility === 'undo';
    if (isUndone) repeat(plan.change.touches, service, { does: 'remove-unit', isPerUnit: true });
    this.#ledger = settle(this.#ledger, plan.remediationId, result);
    this.#track = learn(this.#track, {
      ...{ remediationId: plan.remediationId, action: plan.action.id, environment: ENVIRONMENT, at: now },
      ...{ profile: PROFILES[service.kind], alertType: plan.problem.alertType, seconds: now - beganAt },
      result: result === 'ineffective' ? 'failed' : result,
    });
    this.#actions.push({ service: service.id, at: beganAt, verdict, isUndone });
    this.#end(run, status, now);
  }
}

const entryOf = (plan: RemediationPlan, at: number) => ({
  ...{ remediationId: plan.remediationId, action: plan.action.id, resource: plan.resource },
  ...{ kind: 'action' as const, units: plan.change.touches, at, result: 'running' as const },
});

/** An action on units is done for each unit that it touches. */
const repeat = (
  touches: number,
  service: ManagedService,
  { does, isPerUnit }: { readonly does: Parameters<ManagedService['act']>[0]; readonly isPerUnit: boolean },
): void => {
  for (let i = 0; i < (isPerUnit ? touches : 1); i++) service.act(does);
};
