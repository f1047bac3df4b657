/** A simulated tenant: what is stored of it, and its resources. */
import { findAction } from '../../../core/remediation/catalogue/catalogue.ts';
import type { GateWorld } from '../../../core/remediation/gate/gate-world.ts';
import type { judge } from '../../../core/remediation/gate/judge.ts';
import type { judgeUndo } from '../../../core/remediation/gate/undo.ts';
import type { UndoSubject } from '../../../core/remediation/gate/undo-inputs.ts';
import { EMPTY_LEDGER, type Ledger } from '../../../core/remediation/ledger.ts';
import type { RemediationPlan } from '../../../core/remediation/plan.ts';
import type {
  KillSwitch,
  ManagedResource,
  RemediationCeiling,
  RemediationPolicy,
} from '../../../core/remediation/policy.ts';
import type { Approval } from '../../../core/remediation/remediation.ts';
import type { Outcome, TrackRecord } from '../../../core/remediation/track-record.ts';
import type { Json } from '../../../core/shared/canonical-json.ts';
import { DAY_SECONDS } from '../../../core/shared/time.ts';
import type { Draw } from './draw.ts';
import { ACTIONS, ENVIRONMENT, RESOURCES, randomCeiling, randomPolicy } from './random-policy.ts';
import type { Happening, Timed, Trace } from './trace.ts';

/** The functions under test. */
export interface Gate {
  readonly judge: typeof judge;
  readonly judgeUndo: typeof judgeUndo;
}

/** A remediation as it is stored. */
export interface Run extends UndoSubject {
  readonly approvals: readonly Approval[];
}

/** Everything stored of the tenant. It never changes in place, so that a reader has one state of all of it. */
export interface Stored {
  readonly policy: RemediationPolicy;
  readonly policyVersion: number;
  readonly killSwitch: KillSwitch | null;
  readonly ledger: Ledger;
  readonly track: TrackRecord;
  readonly runs: ReadonlyMap<string, Run>;
}

export interface Tenant {
  readonly draw: Draw;
  readonly gate: Gate;
  /** Seconds by which a clock is wrong at most. */
  readonly maxOffset: number;
  readonly ceiling: RemediationCeiling;
  readonly errorBudget: GateWorld['errorBudget'];
  /** True time, epoch seconds. */
  time: number;
  stored: Stored;
  readonly resources: Map<string, Json>;
  /** Those that the plans of this world are about. */
  readonly focus: readonly ManagedResource[];
  /** Changes that were made: repeating one does nothing. */
  readonly made: Set<string>;
  readonly happenings: Timed[];
  readonly refusals: Map<string, number>;
  judged: number;
}

/** Writes all of `change`, unless anything was written since `read`. */
export const commit = (tenant: Tenant, read: Stored, change: Partial<Stored>): boolean => {
  if (tenant.stored !== read) return false;
  tenant.stored = { ...read, ...change };
  return true;
};

export const tell = (tenant: Tenant, happening: Happening): void => {
  tenant.happenings.push({ ...happening, at: tenant.time });
};

export const withRun = (
  { runs }: Pick<Stored, 'runs'>,
  run: Run,
): { readonly runs: ReadonlyMap<string, Run> } => ({ runs: new Map(runs).set(run.remediationId, run) });

const START = 1_795_000_000;

const STATES: Readonly<Record<string, (draw: Draw) => Json>> = {
  'auto-scaling-group': (draw) => {
    const desired = draw.whole(1, 9);
    return { desired, min: 1, max: 12, inService: desired };
  },
  'ecs-service': (draw) => ({ generation: 'g0', units: draw.whole(1, 4), isBusy: draw.chance(0.05) }),
  'load-balancer-listener': (draw) => ({
    weights: { blue: draw.whole(0, 100), green: 50 },
    healthy: { blue: 2, green: 2 },
  }),
};

/** A state that a resource may have, whoever brought it there. */
export const randomState = (draw: Draw, resource: string): Json =>
  STATES[resource.slice(0, resource.indexOf(':'))]!(draw);

const randomOutcomes = (draw: Draw, at: number): Outcome[] =>
  ACTIONS.flatMap((action) =>
    Array.from({ length: draw.one([0, 9, 12, 15]) }, (_, i) => ({
      ...{ remediationId: `${action}-${i}`, action, profile: 'web' as const, alertType: 'cpu-high' },
      environment: ENVIRONMENT,
      result: draw.chance(0.95) ? ('succeeded' as const) : ('failed' as const),
      ...{ at: at - draw.whole(1, 190) * DAY_SECONDS, seconds: 60 },
    })),
  );

/** One or two resources again and again, or all of them. */
const randomFocus = (draw: Draw): readonly ManagedResource[] =>
  draw.chance(0.4) ? RESOURCES : [draw.one(RESOURCES), draw.one(RESOURCES)];

export const makeTenant = (draw: Draw, gate: Gate, maxOffset: number): Tenant => {
  const time = START + draw.whole(0, 14 * DAY_SECONDS);
  const policy = randomPolicy(draw, time);
  const tenant: Tenant = {
    ...{ draw, gate, maxOffset, time, ceiling: randomCeiling(draw), judged: 0 },
    errorBudget: draw.one([null, null, { remaining: 0.5 }, { remaining: 0 }]),
    stored: {
      ...{ policy, policyVersion: 1, killSwitch: null, ledger: EMPTY_LEDGER, runs: new Map() },
      track: { outcomes: randomOutcomes(draw, time) },
    },
    resources: new Map(RESOURCES.map(({ resource }) => [resource, randomState(draw, resource)])),
    focus: randomFocus(draw),
    ...{ made: new Set(), happenings: [], refusals: new Map() },
  };
  tell(tenant, { kind: 'policy', policy });
  return tenant;
};

export const traceOf = (
  { ceiling, errorBudget, happenings, refusals, judged }: Tenant,
  { track }: Stored,
): Trace => ({
  ...{ ceiling, happenings, refusals, judged, errorBudget: errorBudget?.remaining ?? null },
  earlier: track.outcomes.map(({ action, result, at }) => ({ action, end: result, at })),
});

/** A plan for the state that was read, as a chooser would make it; undefined if the action does not apply. */
export const randomPlan = (
  { draw, focus, resources, stored }: Tenant,
  remediationId: string,
  clock: number,
): RemediationPlan | undefined => {
  const { resource, targets, actions } = draw.one(focus);
  const { action: id, parameters: stated } = draw.one(actions);
  const action = findAction(id)!;
  const parameters = action.parameters.parse(stated) as Json;
  const from = resources.get(resource)!;
  const change = action.plan(parameters, from, { remediationId, at: clock, deployment: null });
  if ('notApplicable' in change) return undefined;
  const { version, effect, risk, reversibility, minutes } = action;
  const request = { kind: 'request', requestId: remediationId, action: id, resource, reason: '' } as const;
  return {
    ...{ tenantId: 'acme', remediationId, environment: ENVIRONMENT, resource, parameters, change, minutes },
    cause: draw.chance(0.2)
      ? { ...request, requestedBy: 'ada' }
      : { kind: 'predicted-breach', targetId: targets[0]!, metric: 'cpu', since: clock },
    problem: {
      ...{ alertType: 'cpu-high', targetIds: targets, metric: 'cpu', threshold: null, impactAt: null },
      ...{ confidence: draw.chance(0.9) ? 0.95 : draw.one([0.8, 0.85, 0.86]), evidence: [] },
    },
    action: { id, version },
    ...{ effect, risk, reversibility, cost: action.cost(change, parameters), expectedSuccess: 0.7 },
    policyVersion: stored.policyVersion,
    ...{ plannedAt: clock, expiresAt: clock + draw.one([600, 1800, 3600, 7200]) },
  };
};
