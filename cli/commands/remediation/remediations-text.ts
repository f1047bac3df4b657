import { approvalScreen } from '../../../core/remediation/approval/approval-screen.ts';
import type { RemediationAnswer, RemediationSummaryAnswer } from '../../api-client/remediation-answers.ts';
import type { Colour } from '../../terminal/colour.ts';
import { formatPercent } from '../../terminal/format.ts';
import type { Column } from '../../terminal/table.ts';

type Status = RemediationSummaryAnswer['status'];

const STATUS_COLOURS: Readonly<Partial<Record<Status, Colour>>> = {
  'awaiting-approval': 'yellow',
  succeeded: 'green',
  failed: 'red',
  escalated: 'red',
};

const clock = (iso: string): string => iso.slice(5, 16).replace('T', ' ');

/** Columns of a list of remediations. IDs are never shortened, so that they can be copied. */
export const REMEDIATION_COLUMNS: readonly Column<RemediationSummaryAnswer>[] = [
  { header: 'started (UTC)', text: ({ startedAt }) => clock(startedAt) },
  { header: 'remediation', text: ({ id }) => id },
  { header: 'status', text: ({ status }) => status, colour: ({ status }) => STATUS_COLOURS[status] },
  { header: 'action', text: ({ action }) => action ?? '-' },
  { header: 'resource', text: ({ resource }) => resource ?? '-', shrinks: true },
  { header: 'change', text: ({ change }) => change ?? '-', shrinks: true, optional: true },
];

const givenLines = ({ approval, undoRequest }: RemediationAnswer): string[] => [
  ...(approval?.approvals ?? []).map(
    ({ by, at, reason }) => `approved by ${by.name} at ${clock(at)}: ${reason}`,
  ),
  ...(approval?.rejection === undefined
    ? []
    : [`rejected by ${approval.rejection.by.name} at ${clock(approval.rejection.at)}`]),
  ...(undoRequest === undefined
    ? []
    : [`undoing asked for: ${undoRequest.approvals.length} of ${undoRequest.needed} approvals`]),
];

const executionLines = ({ execution }: RemediationAnswer): string[] => {
  if (execution === undefined) return [];
  const { beganAt, doneAt, undo } = execution;
  return [
    ...(beganAt === undefined ? [] : [`began at ${clock(beganAt)}`]),
    ...(doneAt === undefined ? [] : [`intended state seen at ${clock(doneAt)}`]),
    ...(undo === undefined ? [] : [`undone: ${undo.change} (${undo.reason})`]),
  ];
};

const verificationLines = ({ verification }: RemediationAnswer): string[] => {
  if (verification === undefined) return [];
  const { verdict, probabilityAvoided, evidence } = verification;
  const avoided =
    probabilityAvoided === undefined
      ? ''
      : ` (avoided with probability ${formatPercent(probabilityAvoided)})`;
  return [`verified: ${verdict}${avoided}`, ...evidence.map((line) => `  ${line}`)];
};

/** Everything about a remediation: the question as on the screen, the answers, and what became of it. */
export const describeRemediation = (remediation: RemediationAnswer): string[] => [
  `${remediation.id} is ${remediation.status}${remediation.dryRun ? ' (rehearsal)' : ''}: ${remediation.explanation}`,
  ...approvalScreen(remediation),
  ...remediation.refusals.map(
    ({ rule, reason, remedy }) => `refused by ${rule}: ${reason}; to change that: ${remedy}`,
  ),
  ...givenLines(remediation),
  ...executionLines(remediation),
  ...verificationLines(remediation),
];
