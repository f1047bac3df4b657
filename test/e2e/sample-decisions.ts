import type { AuditLine } from '../../core/remediation/audit/audit-line.ts';
import { append, headAfter } from '../../core/remediation/audit/decision-chain.ts';
import { EMPTY_CHAIN } from '../../core/remediation/decision.ts';
import { HealingInputs, judgeHealing } from '../../core/remediation/healing/judge-healing.ts';
import { asJson } from '../../core/remediation/runs/judge-run.ts';
import { jsonHash } from '../../core/shared/canonical-json.ts';
import { decision, NOW } from '../unit/remediation/audit/decision-samples.ts';
import { choiceAt, chosen } from '../unit/remediation/simulation/record-samples.ts';

/** An export with a decision of a person, a computed one, and the choice of a remediation. */
export const exportedDecisions = (): string => {
  const inputs = HealingInputs.parse({
    ...{ healingId: 'healing-1', now: NOW, ledger: { entries: [] }, killSwitch: null },
    plan: { alarm: 'DeadLetters', action: 'redrive-dead-letters', resource: 'sqs-queue:dead' },
  });
  const [inputsHash, outcome] = [
    jsonHash(inputs),
    { plan: inputs.plan, refusals: [...judgeHealing(inputs)] },
  ];
  const choice = choiceAt('r-2', NOW);
  const decisions = append('acme', EMPTY_CHAIN, [
    decision({ kind: 'approved', inputsHash: null, by: { kind: 'person', name: 'ada' } }),
    decision({ kind: 'healing-begun', inputsHash, outcome }),
    chosen({ inputs: choice }),
  ]);
  const head = headAfter(EMPTY_CHAIN, decisions);
  const lines: readonly AuditLine[] = [
    { tenantId: 'acme', head, exportedAt: new Date(NOW * 1000).toISOString() },
    { anchor: { ...head, at: NOW } },
    ...decisions.map((each) => ({ decision: each })),
    { inputsHash, inputs },
    { inputsHash: jsonHash(choice), inputs: asJson(choice) },
  ];
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
};
