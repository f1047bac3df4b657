/** One stored remediation whose Auto Scaling group can be set, and the functions of the workflow that act on it. */

import type { Target } from '../../../../core/metrics/targets/target.ts';
import { NotManagedError } from '../../../../core/remediation/errors.ts';
import type { GateVerdict } from '../../../../core/remediation/gate/gate-world.ts';
import { planHash, type RemediationPlan } from '../../../../core/remediation/plan.ts';
import type { Remediation } from '../../../../core/remediation/remediation.ts';
import type { JudgeDeps } from '../../../../core/remediation/runs/judge-run.ts';
import type { Rules } from '../../../../core/remediation/runs/rules.ts';
import { RULES } from '../../../../core/remediation/runs/stage-rules.ts';
import type { TellForecastsDeps } from '../../../../core/remediation/runs/tell-forecasts.ts';
import { makeHandler as makeClose } from '../../../../functions/remediation/close-remediation/handler.ts';
import { makeHandler as makeExecute } from '../../../../functions/remediation/execute-action/handler.ts';
import { makeHandler as makeAsk } from '../../../../functions/remediation/request-approval/handler.ts';
import { memoryInterventions } from '../../../fakes/forecasts.ts';
import { watched } from '../../../fakes/metrics.ts';
import {
  memoryDecisionInputs,
  memoryRemediationStore,
  remediationMemory,
} from '../../../fakes/remediation.ts';
import { memoryEvents, recordedTelemetry } from '../../../fakes/shared.ts';
import { NOW, samplePlan, sampleRemediation } from '../stored-samples.ts';
import { policyOf, TENANT } from './run-world.ts';

const FROM = { desired: 5, min: 1, max: 10, inService: 5 };
const TO = { desired: 6, min: 1, max: 10, inService: 5 };

export const groupPlan = (over: Partial<RemediationPlan> = {}): RemediationPlan =>
  samplePlan({
    change: { from: FROM, to: TO, summary: 'desired capacity 5 → 6', touches: 1 },
    ...over,
  });

export const groupRun = (over: Partial<Remediation> = {}, plan = groupPlan()): Remediation =>
  sampleRemediation({ plan, planHash: planHash(plan), ...over });

/** A gate that says this. */
export const saying = (over: Partial<GateVerdict>): Pick<Rules, 'judge'> => ({
  judge: () => ({ mode: 'ask', needed: 1, refusals: [], rules: [], ...over }) as GateVerdict,
});

export interface StoredOptions {
  readonly rules?: Partial<Rules>;
  readonly target?: Target | undefined;
  readonly errorBudget?: JudgeDeps['errorBudget'];
  readonly interventions?: TellForecastsDeps['interventions'];
  /** The ledger as it is stored: by default the action is reserved. */
  readonly isReserved?: boolean;
}

export const storedWorld = (run: Remediation | undefined, options: StoredOptions = {}) => {
  const memory = remediationMemory();
  const own = memory.of(TENANT);
  own.policy = { item: policyOf('approve'), revision: 2 };
  if (run !== undefined) own.remediations.set(run.remediationId, { item: run, revision: 1 });
  if (options.isReserved ?? true) {
    const entry = {
      ...{ remediationId: 'r-1', action: 'scale-out-group', resource: 'auto-scaling-group:web', units: 1 },
      ...{ kind: 'action' as const, at: NOW, result: 'running' as const },
    };
    own.ledgers.set('shop', { item: { entries: [entry] }, revision: 1 });
  }
  const clock = { seconds: NOW + 60 };
  const group: { state: typeof FROM; isOurs: boolean } = { state: { ...FROM }, isOurs: true };
  const changes: unknown[] = [];
  const { events, published } = memoryEvents();
  const { telemetry, counts, lines } = recordedTelemetry();
  const interventions = memoryInterventions();
  const answered: [string, string][] = [];
  const store = memoryRemediationStore(memory);
  const base = {
    ...{ store, inputs: memoryDecisionInputs(), events, telemetry, now: () => clock.seconds * 1000 },
    interventions: options.interventions ?? interventions.store,
    rules: { ...RULES, ...options.rules },
    errorBudget: options.errorBudget ?? (async () => null),
    pace: { secondsPerMinute: 60, checkSeconds: 15 },
    ceiling: {
      ...{ maxStage: 'automatic' as const, actions: ['scale-out-group'], maxUnitsPerRun: 5 },
      maxActionsPerHour: 10,
    },
    resources: {
      read: async () => {
        if (!group.isOurs) throw new NotManagedError('the tags of the group name another tenant');
        return { ...group.state };
      },
      change: async (_: unknown, change: unknown) => void changes.push(change),
    },
  };
  const workflows = { answer: async (token: string, answer: string) => void answered.push([token, answer]) };
  const target = 'target' in options ? options.target : watched('web-1');
  const key = { tenantId: TENANT, remediationId: 'r-1' };
  const execute = makeExecute(base);
  return {
    interventions: interventions.stored,
    ...{ own, clock, group, changes, published, counts, lines, answered, store, base },
    stored: () => own.remediations.get('r-1')?.item,
    decided: () => own.decisions.map(({ kind }) => kind),
    step: (step: string) => execute({ ...key, step }),
    ask: makeAsk({ ...base, workflows }),
    close: makeClose({ ...base, registry: { get: async () => target } }),
  };
};
