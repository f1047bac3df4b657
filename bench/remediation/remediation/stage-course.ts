/** The simulated fleet under Forestall: the deployed functions choose, judge and verify; the world is simulated. */

import type * as z from 'zod';
import type { BreachCause, Problem } from '../../../core/remediation/cause.ts';
import { chooseAction } from '../../../core/remediation/choosing/choose-action.ts';
import { problemConfidence } from '../../../core/remediation/choosing/problem-confidence.ts';
import type { GateWorld } from '../../../core/remediation/gate/gate-world.ts';
import { judge } from '../../../core/remediation/gate/judge.ts';
import { reserve, settle } from '../../../core/remediation/gate/ledger-rules.ts';
import type { Ledger } from '../../../core/remediation/ledger.ts';
import { planHash, type RemediationPlan } from '../../../core/remediation/plan.ts';
import type { AutonomyStage, RemediationPolicy } from '../../../core/remediation/policy.ts';
import type { Approval } from '../../../core/remediation/remediation.ts';
import type { TrackRecord } from '../../../core/remediation/track-record.ts';
import type { ForecastPath } from '../../../core/remediation/verification/verification-inputs.ts';
import { verify } from '../../../core/remediation/verification/verify.ts';
import type { ServiceKind } from '../../../core/simulator/managed/fault-plan.ts';
import { type ManagedService, STEP_SECONDS } from '../../../core/simulator/managed/managed-service.ts';
import { CEILING, ENVIRONMENT, policyOf, REMEDIES, resourceOf, stateOf } from './fleet-policy.ts';
import { answeredAt } from './on-call.ts';
import type { DoneAction, FleetCourse } from './outcome.ts';
import { type ServiceRun, WatchedService } from './watched-service.ts';

const TENANT = 'simulated';
const HOUR_STEPS = 12;
const VERIFY_WITHIN_SECONDS = 2 * 3600;
const EVIDENCE_SECONDS = 4 * 3600;

const ALERT_TYPES: Readonly<Record<ServiceKind, string>> = {
  web: 'cpu-high',
  worker: 'memory-leak',
  store: 'disk-full',
};
const PROFILES = { web: 'web', worker: 'app', store: 'database' } as const;

interface Running {
  readonly plan: RemediationPlan;
  readonly watched: WatchedService;
  readonly forecast: ForecastPath;
  /** When people approve; null if nobody has to. */
  readonly answerAt: number | null;
  readonly beganAt: number | null;
}

const pathOf = ({ forecast, breach, issuedAt }: ServiceRun): ForecastPath => ({
  ...{ issuedAt: issuedAt / 1000, start: forecast.start, stepSeconds: forecast.stepSeconds },
  levels: [...forecast.quantileLevels],
  quantiles: forecast.quantiles.map((row) => Array.from(row)),
  breachProbability: problemConfidence('predicted-breach', breach.probability),
});

const problemOf = ({ service }: WatchedService, { breach, issuedAt }: ServiceRun): Problem => ({
  ...{ alertType: ALERT_TYPES[service.kind], targetIds: [service.id], metric: service.metric },
  threshold: { direction: 'above', limit: service.limit },
  confidence: problemConfidence('predicted-breach', breach.probability),
  impactAt: breach.timeToImpactSeconds && Math.round(issuedAt / 1000 + breach.timeToImpactSeconds.p50),
  evidence: [],
});

/** Carries out what Forestall decides, one step of five minutes after another. */
class FleetOperator {
  readonly #policy: RemediationPolicy;
  readonly #watched: readonly WatchedService[];
  readonly #generations = new Map<string, number>();
  readonly #beyond = new Map<string, number[]>();
  readonly actions: DoneAction[] = [];
  #ledger: Ledger = { entries: [] };
  #track: TrackRecord = { outcomes: [] };
  #running: Running[] = [];

  constructor(services: readonly ManagedService[], stage: AutonomyStage) {
    this.#policy = policyOf(services, stage);
    this.#watched = services.map((service) => new WatchedService(service));
  }

  course(steps: number, start: number, from: number): FleetCourse {
    for (let step = 0; step < steps; step++) {
      const now = start + step * STEP_SECONDS;
      for (const watched of this.#watched) this.#measure(watched, now);
      if (now < from) continue;
      for (const run of [...this.#running]) this.#proceed(run, now);
      if (step % HOUR_STEPS === 0) for (const watched of this.#watched) this.#forecast(watched, now);
    }
    return { beyond: this.#beyond, actions: this.actions };
  }

  #measure(watched: WatchedService, now: number): void {
    const { id, limit } = watched.service;
    if (!(watched.measure() > limit)) return;
    const steps = this.#beyond.get(id) ?? [];
    steps.push(now);
    this.#beyond.set(id, steps);
  }

  #state({ service }: WatchedService) {
    return stateOf(service, this.#generations.get(service.id) ?? 0, false);
  }

  #world(phase: GateWorld['phase'], now: number): GateWorld {
    return {
      ...{
        phase,
        now,
        policy: this.#policy,
        policyVersion: 1,
        ceiling: CEILING,
        killSwitch: null,
        ledger: this.#ledger,
      },
      ...{ track: this.#track, errorBudget: null, approvals: [], present: null },
    };
  }

  #forecast(watched: WatchedService, now: number): void {
    const run = watched.forecast(now);
    const { warning } = run;
    if (warning === null || warning.severity === 'info') return;
    if (this.#running.some((each) => each.watched === watched)) return;
    this.#choose(watched, run, Math.floor(warning.since / 1000), now);
  }

  #choose(watched: WatchedService, run: ServiceRun, since: number, now: number): void {
    const { id, kind, metric } = watched.service;
    const cause: z.infer<typeof BreachCause> = { kind: 'predicted-breach', targetId: id, metric, since };
    const { action, parameters } = REMEDIES[kind];
    const { outcome, plan } = chooseAction({
      ...{ tenantId: TENANT, remediationId: `${id}-${now}`, environment: ENVIRONMENT, cause },
      ...{ problem: problemOf(watched, run), profile: PROFILES[kind], startedAt: now, policyVersion: 1 },
      ...{ deployment: null, world: { ...this.#world('choosing', now), phase: 'choosing' } },
      candidates: [
        {
          resource: resourceOf(watched.service),
          action,
          parameters,
          reading: { state: this.#state(watched) },
        },
      ],
    });
    if (plan === null || (outcome !== 'act' && outcome !== 'ask')) return;
    const answerAt = outcome === 'ask' ? answeredAt(now) : null;
    const started: Running = { plan, watched, forecast: pathOf(run), answerAt, beganAt: null };
    this.#running.push(started);
    if (answerAt === null) this.#act(started, now);
  }

  #proceed(run: Running, now: number): void {
    if (run.beganAt !== null) this.#verify(run, run.beganAt, now);
    else if (now >= run.plan.expiresAt) this.#end(run);
    else if (run.answerAt !== null && now >= run.answerAt) this.#act(run, now);
  }

  #end(run: Running): void {
    this.#running = this.#running.filter((each) => each !== run);
  }

  #replace(run: Running, next: Running): void {
    this.#running = this.#running.map((each) => (each === run ? next : each));
  }

  #act(run: Running, now: number): void {
    const { plan, watched, answerAt } = run;
    const approval: Approval = {
      ...{ planHash: planHash(plan), by: { kind: 'person', name: 'on-call' } },
      ...{ at: Math.min(answerAt ?? now, now), reason: 'simulated' },
    };
    const world = this.#world('acting', now);
    const approvals = answerAt === null ? [] : [approval];
    const verdict = judge(plan, { ...world, approvals, present: this.#state(watched) });
    if (verdict.mode !== 'act') {
      this.#end(run);
      return;
    }
    this.#ledger = reserve(this.#ledger, {
      ...{ remediationId: plan.remediationId, action: plan.action.id, resource: plan.resource },
      ...{ kind: 'action', units: plan.change.touches, at: now, result: 'running' },
    });
    const { service } = watched;
    service.act(REMEDIES[service.kind].does);
    if (service.kind === 'worker')
      this.#generations.set(service.id, (this.#generations.get(service.id) ?? 0) + 1);
    this.#replace(run, { ...run, beganAt: now });
  }

  #verify(run: Running, beganAt: number, now: number): void {
    const { plan, watched, forecast } = run;
    const doneAt = beganAt + STEP_SECONDS;
    const settleSeconds = plan.minutes.settle * 60;
    const since = plan.cause.kind === 'predicted-breach' ? plan.cause.since : beganAt;
    const found = verify({
      ...{ now, troubleSince: since, beganAt, doneAt, settleSeconds, stepSeconds: STEP_SECONDS },
      ...{ deadline: doneAt + settleSeconds + VERIFY_WITHIN_SECONDS, metric: watched.service.metric },
      harm: { direction: 'above', limit: watched.service.limit },
      targets: [
        {
          ...{ targetId: watched.service.id, forecast },
          points: [...watched.pointsSince(beganAt - EVIDENCE_SECONDS)],
        },
      ],
      peers: [],
    });
    if ('waitSeconds' in found) return;
    this.#learn(run, found.verdict, beganAt, now);
  }

  #learn(
    run: Running,
    verdict: Exclude<DoneAction['verdict'], 'unknown'>,
    beganAt: number,
    now: number,
  ): void {
    const { plan, watched } = run;
    const isUndone = verdict === 'worse' && plan.reversibility === 'undo';
    if (isUndone) watched.service.act('remove-unit');
    const result = {
      avoided: 'succeeded',
      unproven: 'unproven',
      'no-effect': 'failed',
      worse: 'failed',
    } as const;
    this.#ledger = settle(this.#ledger, plan.remediationId, result[verdict]);
    const outcome = {
      ...{ remediationId: plan.remediationId, action: plan.action.id, environment: ENVIRONMENT, at: now },
      ...{ profile: PROFILES[watched.service.kind], alertType: plan.problem.alertType },
      ...{ result: result[verdict], seconds: now - beganAt },
    };
    this.#track = { outcomes: [...this.#track.outcomes, outcome].slice(-500) };
    this.actions.push({ service: watched.service.id, at: beganAt, verdict, isUndone });
    this.#end(run);
  }
}

/** The fleet under Forestall from `from` on, at a stage of autonomy. Times are epoch seconds. */
export const underForestall = (
  services: readonly ManagedService[],
  stage: AutonomyStage,
  span: { readonly steps: number; readonly start: number; readonly from: number },
): FleetCourse => new FleetOperator(services, stage).course(span.steps, span.start, span.from);
