import type { Replay } from '../../../core/remediation/audit/replay.ts';
import type { Decision } from '../../../core/remediation/decision.ts';
import { jsonText } from '../../terminal/clean-text.ts';
import { type Column, renderTable } from '../../terminal/table.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import { withoutControl } from '../../terminal/text-width.ts';

const clock = (seconds: number): string =>
  new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' ');

/** Columns of a list of decisions. */
export const DECISION_COLUMNS: readonly Column<Decision>[] = [
  { header: 'decision', align: 'right', text: ({ sequence }) => String(sequence) },
  { header: 'at (UTC)', text: ({ at }) => clock(at) },
  { header: 'what', text: ({ kind }) => kind },
  { header: 'by', text: ({ by }) => withoutControl(by?.name ?? 'Forestall'), shrinks: true },
  { header: 'remediation', text: ({ remediationId }) => withoutControl(remediationId ?? '-'), shrinks: true },
  { header: 'inputs', text: ({ inputsHash }) => inputsHash?.slice(0, 8) ?? '-', optional: true },
];

/** A readable decision: its row, and its outcome as JSON. */
export const describeDecision = (decision: Decision, terminal: Terminal): readonly string[] => [
  ...renderTable(DECISION_COLUMNS, [decision], terminal),
  ...(decision.planHash === null ? [] : [`plan ${decision.planHash}`]),
  ...(decision.policyVersion === null ? [] : [`policy version ${decision.policyVersion}`]),
  `hash ${decision.hash}, after ${decision.previousHash}`,
  ...jsonText(decision.outcome, 2).split('\n'),
];

const shown = (value: unknown): string => (value === undefined ? 'absent' : jsonText(value));

const DIAGNOSIS = {
  same: ['the recorded inputs of its diagnosis give the causes that it used, byte for byte'],
  'not-recorded': ['the inputs of its diagnosis were not recorded: the causes are those that it used'],
} as const;

/** What a replay found. */
export const describeReplay = ({ sequence, kind }: Decision, replayed: Replay): readonly string[] => {
  const name = `decision ${sequence} (${kind})`;
  switch (replayed.result) {
    case 'same':
      return [
        `${name}: the recorded inputs give the recorded outcome, byte for byte`,
        ...(replayed.diagnosis === undefined ? [] : DIAGNOSIS[replayed.diagnosis]),
      ];
    case 'not-computed':
      return [`${name}: nothing to compute: people decided, or it records what happened`];
    case 'unusable':
      return [`${name}: ${replayed.reason}`];
    case 'different':
      return [
        `${name}: the recorded inputs give another outcome with the rules of this release`,
        ...replayed.differences.map(
          ({ path, recorded, computed }) =>
            `  ${path}: recorded ${shown(recorded)}, computed ${shown(computed)}`,
        ),
      ];
  }
};
