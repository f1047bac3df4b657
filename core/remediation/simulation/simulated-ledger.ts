import type { ChoiceInputs } from '../choosing/choice-inputs.ts';
import type { Ledger, LedgerEntry } from '../ledger.ts';
import type { RemediationPlan } from '../plan.ts';
import type { RecordedRun } from './recorded-runs.ts';

interface Acted {
  readonly plan: RemediationPlan;
  readonly at: number;
  /** True if exactly this was done in fact, so that its entries are known. */
  readonly isRecorded: boolean;
}

const MINUTE = 60;

/**
 * The effects that limits, cooldowns and breakers count in a simulation: those of the record, without remediations that
 * would not have acted, and with those that would have. An action that was not done in fact is taken to run as long as it
 * states, and then to prove nothing.
 */
export class SimulatedLedger {
  readonly #simulated: ReadonlySet<string>;
  readonly #acted = new Map<string, Acted>();

  constructor(runs: readonly RecordedRun[]) {
    this.#simulated = new Set(runs.map(({ remediationId }) => remediationId));
  }

  /** The ledger of an environment at a recorded choice. */
  at({ environment, world }: ChoiceInputs, of: string): Ledger {
    const recorded = environment === of ? world.ledger.entries : [];
    const kept = recorded.filter(
      ({ remediationId }) =>
        !this.#simulated.has(remediationId) || this.#acted.get(remediationId)?.isRecorded === true,
    );
    const entries = [...this.#acted.values()]
      .filter(({ plan, isRecorded }) => plan.environment === of && !(isRecorded && environment === of))
      .map((acted) => entryOf(acted, world.now));
    return { entries: [...kept, ...entries].toSorted((a, b) => a.at - b.at) };
  }

  act({ remediationId, inFact }: RecordedRun, plan: RemediationPlan, at: number): void {
    const { end, action, resource } = inFact;
    const wasDone = end === 'acted' || end === 'undone';
    const isRecorded = wasDone && action === plan.action.id && resource === plan.resource;
    this.#acted.set(remediationId, { plan, at, isRecorded });
  }
}

const entryOf = ({ plan, at }: Acted, now: number): LedgerEntry => {
  const ends = at + (plan.minutes.act + plan.minutes.settle) * MINUTE;
  return {
    ...{ remediationId: plan.remediationId, action: plan.action.id, resource: plan.resource },
    ...{ kind: 'action', units: plan.change.touches, at, result: now < ends ? 'running' : 'unproven' },
  };
};
