/** How each step of a remediation writes: it reads everything again, decides, commits once, and then announces. */
import type { Actor } from '../../platform/actor.ts';
import type { Json } from '../../shared/canonical-json.ts';
import { ConflictError, InvalidInputError } from '../../shared/errors.ts';
import type { EventPublisher } from '../../shared/messaging.ts';
import type { Versioned } from '../../shared/versioned.ts';
import type { DecisionKind, NewDecision } from '../decision.ts';
import type { RemediationEvent } from '../events.ts';
import { EMPTY_LEDGER, type Ledger } from '../ledger.ts';
import type { DecisionInputs, RemediationState, RemediationStore, RemediationWrite } from '../ports.ts';
import type { Remediation } from '../remediation.ts';
import type { TrackRecord } from '../track-record.ts';

export interface StepDeps {
  readonly store: Pick<RemediationStore, 'state' | 'get' | 'ledger' | 'commit'>;
  readonly inputs: Pick<DecisionInputs, 'put'>;
  readonly events: EventPublisher;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** The remediation that a step is about. */
export interface RunKey {
  readonly tenantId: string;
  readonly remediationId: string;
}

/** Everything as it was read for one attempt of a step. */
export interface Snapshot {
  /** Epoch seconds. */
  readonly now: number;
  readonly state: RemediationState;
  readonly run: Versioned<Remediation> | undefined;
  /** Of the environment of the remediation; empty as long as that is unknown. */
  readonly ledger: Versioned<Ledger>;
}

/** A decision of a step, with the inputs from which it was computed. */
export interface StepDecision {
  readonly kind: DecisionKind;
  readonly outcome: Json;
  /** Absent if nothing was computed. */
  readonly inputs?: Json;
  readonly by?: Actor;
}

/** What a step changes. */
export interface StepChange {
  readonly run: Remediation;
  readonly decisions: readonly StepDecision[];
  readonly ledger?: Ledger;
  readonly track?: TrackRecord;
}

/** What a step decided. Without a change, an earlier attempt did the work, and only the announcement is repeated. */
export interface Step<Result> {
  readonly change?: StepChange;
  readonly events?: readonly RemediationEvent[];
  readonly result: Result;
}

const MAX_ATTEMPTS = 5;
const NO_LEDGER: Versioned<Ledger> = { item: EMPTY_LEDGER, revision: 0 };

/** The end of the chain is part of `state` and is read first, so that a commit fails if anything changed since. */
const read = async (deps: StepDeps, { tenantId, remediationId }: RunKey): Promise<Snapshot> => {
  const state = await deps.store.state(tenantId);
  const run = await deps.store.get(tenantId, remediationId);
  const environment = run?.item.environment ?? null;
  const ledger = environment === null ? NO_LEDGER : await deps.store.ledger(tenantId, environment);
  return { now: Math.floor(deps.now() / 1000), state, run, ledger };
};

/** The policy is part of the decision even if the plan is older: it is the one that was in force. */
const recorded = async (
  deps: StepDeps,
  { tenantId, remediationId }: RunKey,
  { now, state }: Snapshot,
  { planHash }: Remediation,
  { kind, outcome, inputs, by }: StepDecision,
): Promise<NewDecision> => ({
  ...{ kind, outcome, remediationId, planHash, at: now, by: by ?? null },
  policyVersion: state.policy.revision,
  inputsHash: inputs === undefined ? null : await deps.inputs.put(tenantId, inputs),
});

const write = async (
  deps: StepDeps,
  key: RunKey,
  snapshot: Snapshot,
  change: StepChange,
): Promise<RemediationWrite> => {
  const { state, run, ledger } = snapshot;
  const { environment } = change.run;
  const decisions: NewDecision[] = [];
  for (const each of change.decisions) decisions.push(await recorded(deps, key, snapshot, change.run, each));
  return {
    ...{ tenantId: key.tenantId, head: state.head, decisions },
    remediation: { item: change.run, revision: run?.revision ?? 0 },
    ...(change.ledger === undefined || environment === null
      ? {}
      : { ledger: { item: change.ledger, revision: ledger.revision, environment } }),
    ...(change.track === undefined ? {} : { track: { item: change.track, revision: state.track.revision } }),
  };
};

/**
 * Takes one step of a remediation. If another writer was faster, everything is read and decided again. Events are
 * announced after the commit, and again by a repeated step, because an earlier attempt may have ended between the two.
 * @throws ConflictError if others kept writing
 */
export const takeStep = async <Result>(
  deps: StepDeps,
  key: RunKey,
  decide: (snapshot: Snapshot) => Promise<Step<Result>>,
): Promise<Result> => {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const snapshot = await read(deps, key);
    const { change, events = [], result } = await decide(snapshot);
    if (change && (await deps.store.commit(await write(deps, key, snapshot, change))) === undefined) continue;
    if (events.length > 0) await deps.events.publish(events);
    return result;
  }
  throw new ConflictError(
    `remediation ${key.remediationId}: others kept writing the decisions of the tenant`,
  );
};

/** @throws InvalidInputError if the remediation does not exist */
export const storedRun = ({ remediationId }: RunKey, { run }: Pick<Snapshot, 'run'>): Remediation => {
  if (run === undefined) throw new InvalidInputError(`remediation ${remediationId} does not exist`);
  return run.item;
};
