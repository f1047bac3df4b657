/** The pure functions that decide in a run. */
import type { CatalogueAction } from '../action.ts';
import type { GateVerdict, GateWorld } from '../gate/gate-world.ts';
import type { UndoSubject, UndoVerdict } from '../gate/undo-inputs.ts';
import type { Ledger, LedgerEntry } from '../ledger.ts';
import type { RemediationPlan } from '../plan.ts';
import type { Refusal } from '../remediation.ts';

export interface Rules {
  judge(plan: RemediationPlan, world: GateWorld): GateVerdict;
  judgeUndo(remediation: UndoSubject, world: GateWorld): UndoVerdict;
  reserve(ledger: Ledger, entry: LedgerEntry): Ledger;
  settle(ledger: Ledger, remediationId: string, result: EndResult): Ledger;
  findAction(id: string): CatalogueAction | undefined;
}

/** How an effect ended. */
export type EndResult = Exclude<LedgerEntry['result'], 'running'>;

/** What `chooseAction` returns, as far as a run needs it. */
export interface Choice {
  readonly outcome: 'nothing' | 'refused' | 'suggest' | 'ask' | 'act';
  readonly plan: RemediationPlan | null;
  readonly refusals: readonly Refusal[];
  readonly explanation: string;
}
