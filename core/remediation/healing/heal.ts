import type { Json } from '../../shared/canonical-json.ts';
import { DependencyUnavailableError } from '../../shared/errors.ts';
import type { Telemetry } from '../../shared/telemetry.ts';
import { DAY_SECONDS } from '../../shared/time.ts';
import type { NewDecision } from '../decision.ts';
import type { Ledger, LedgerEntry } from '../ledger.ts';
import type { DecisionInputs, RemediationStore } from '../ports.ts';
import { type HealingPlan, healingOf } from './healing-plan.ts';
import { type HealingInputs, judgeHealing } from './judge-healing.ts';

/** Environment of the ledger that holds Forestall's own resources. */
export const OWN_ENVIRONMENT = 'forestall';

/** An alarm of Forestall itself that changed its state. */
export interface OwnAlarm {
  readonly name: string;
  readonly state: 'ALARM' | 'OK';
  /** Epoch seconds. */
  readonly at: number;
}

/** The actions; repeating one with the same id has no further effect. */
export interface Healers {
  run(plan: HealingPlan, healingId: string, at: number): Promise<void>;
}

export interface HealingDeps {
  readonly store: Pick<RemediationStore, 'state' | 'ledger' | 'commit'>;
  readonly inputs: Pick<DecisionInputs, 'put'>;
  readonly healers: Healers;
  readonly plans: readonly HealingPlan[];
  readonly ownTenant: string;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly telemetry: Pick<Telemetry, 'info' | 'count'>;
}

export type HealingResult = 'no-plan' | 'refused' | 'healed' | 'recovered' | 'nothing-to-close';

const idOf = (plan: HealingPlan, alarm: OwnAlarm): string => `healing-${plan.action}-${alarm.at}`;

const KEPT_SECONDS = 7 * DAY_SECONDS;

const withEntry = ({ entries }: Ledger, entry: LedgerEntry, now: number): Ledger => ({
  entries: [...entries.filter(({ at, result }) => at > now - KEPT_SECONDS || result === 'running'), entry],
});

const MAX_ATTEMPTS = 5;

/** Reads, decides and commits until no other writer was faster. */
const committed = async <Result>(attempt: () => Promise<Result | undefined>): Promise<Result> => {
  for (let count = 0; count < MAX_ATTEMPTS; count++) {
    const result = await attempt();
    if (result !== undefined) return result;
  }
  throw new DependencyUnavailableError('the decision on an alarm could not be stored: others kept writing');
};

const decisionOf = (
  kind: NewDecision['kind'],
  healingId: string,
  at: number,
  inputsHash: string | null,
  outcome: Json,
): NewDecision => ({
  ...{ kind, at, inputsHash, outcome, remediationId: healingId },
  ...{ by: null, planHash: null, policyVersion: null },
});

/** Reserves the healing in the ledger, or records why not; a repeat finds its reservation. */
const reserve = (deps: HealingDeps, plan: HealingPlan, healingId: string): Promise<'go' | 'refused'> =>
  committed(async () => {
    const { store, ownTenant: tenantId } = deps;
    const now = Math.floor(deps.now() / 1000);
    const state = await store.state(tenantId);
    const ledger = await store.ledger(tenantId, OWN_ENVIRONMENT);
    const before = ledger.item.entries.find(({ remediationId }) => remediationId === healingId);
    if (before !== undefined) return before.result === 'running' ? 'go' : 'refused';
    const inputs: HealingInputs = {
      ...{ plan, healingId, now, ledger: ledger.item, killSwitch: state.killSwitch.item ?? null },
    };
    const refusals = judgeHealing(inputs);
    const isAllowed = refusals.length === 0;
    const inputsHash = await deps.inputs.put(tenantId, inputs);
    const outcome = { plan, refusals: [...refusals] };
    const kind = isAllowed ? 'healing-begun' : 'healing-refused';
    const decisions = [decisionOf(kind, healingId, now, inputsHash, outcome)];
    const entry: LedgerEntry = {
      ...{ remediationId: healingId, action: plan.action, resource: plan.resource },
      ...{ kind: 'action', units: 1, at: now, result: 'running' },
    };
    const write = { tenantId, head: state.head, decisions };
    const reserved = { item: withEntry(ledger.item, entry, now), revision: ledger.revision };
    const done = await store.commit(
      isAllowed ? { ...write, ledger: { ...reserved, environment: OWN_ENVIRONMENT } } : write,
    );
    if (done === undefined) return undefined;
    return isAllowed ? 'go' : 'refused';
  });

/** Closes the newest healing of the resource that is still running: the alarm ended. */
const close = (deps: HealingDeps, plan: HealingPlan, alarm: OwnAlarm): Promise<HealingResult> =>
  committed(async () => {
    const { store, ownTenant: tenantId } = deps;
    const state = await store.state(tenantId);
    const ledger = await store.ledger(tenantId, OWN_ENVIRONMENT);
    const entries = ledger.item.entries;
    const open = entries.filter(({ resource, result }) => resource === plan.resource && result === 'running');
    if (open.length === 0) return 'nothing-to-close';
    const seconds = Math.max(0, alarm.at - Math.min(...open.map(({ at }) => at)));
    const settled = entries.map((entry) =>
      open.includes(entry) ? { ...entry, result: 'succeeded' as const } : entry,
    );
    const decisions = open.map(({ remediationId }) =>
      decisionOf('healing-ended', remediationId, Math.floor(deps.now() / 1000), null, {
        ...{ alarm: alarm.name, secondsToRecover: seconds },
      }),
    );
    const done = await store.commit({
      ...{ tenantId, head: state.head, decisions },
      ledger: { item: { entries: settled }, revision: ledger.revision, environment: OWN_ENVIRONMENT },
    });
    if (done === undefined) return undefined;
    deps.telemetry.info('alarm ended after healing', { alarm: alarm.name, seconds });
    return 'recovered';
  });

/**
 * Heals an alarm of Forestall itself, or records the end of one. The decision is stored before anything is done, and a
 * repeated delivery has no further effect.
 * @throws DependencyUnavailableError if the decision cannot be stored, or the action cannot be carried out now
 */
export const healAlarm = async (deps: HealingDeps, alarm: OwnAlarm): Promise<HealingResult> => {
  const plan = healingOf(deps.plans, alarm.name);
  if (plan === undefined) return 'no-plan';
  if (alarm.state === 'OK') return close(deps, plan, alarm);
  const healingId = idOf(plan, alarm);
  const decided = await reserve(deps, plan, healingId);
  const fields = { alarm: alarm.name, action: plan.action, resource: plan.resource };
  deps.telemetry.info(decided === 'go' ? 'healing an alarm' : 'healing refused', fields);
  deps.telemetry.count(decided === 'go' ? 'AlarmHealed' : 'HealingRefused');
  if (decided === 'refused') return 'refused';
  await deps.healers.run(plan, healingId, alarm.at);
  return 'healed';
};
