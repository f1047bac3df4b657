import type { ChangeAnswer, ChangeSummaryAnswer } from '../../api-client/answers.ts';
import type { Colour } from '../../terminal/colour.ts';
import { formatPercent } from '../../terminal/format.ts';
import { type Column, renderTable } from '../../terminal/table.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import { withoutControl } from '../../terminal/text-width.ts';

const HEALTH_COLOURS: Readonly<Partial<Record<ChangeSummaryAnswer['health'], Colour>>> = {
  healthy: 'green',
  degraded: 'yellow',
  unhealthy: 'red',
};

const clock = (iso: string): string => iso.slice(5, 16).replace('T', ' ');

/** Columns of a list of changes. */
export const CHANGE_COLUMNS: readonly Column<ChangeSummaryAnswer>[] = [
  { header: 'at (UTC)', text: ({ at }) => clock(at) },
  { header: 'change', text: ({ id }) => id },
  { header: 'target', text: ({ target }) => target },
  { header: 'kind', text: ({ kind }) => kind },
  { header: 'risk', text: ({ riskLevel }) => riskLevel ?? '-' },
  { header: 'health', text: ({ health }) => health, colour: ({ health }) => HEALTH_COLOURS[health] },
  {
    header: 'score',
    align: 'right',
    text: ({ score }) => (score === undefined ? '-' : score.toFixed(0)),
  },
  { header: 'what', text: ({ summary }) => withoutControl(summary), shrinks: true },
];

type Check = ChangeAnswer['checks'][number];

const checkLines = ({ minutes, score, confidence, judged, sent, evidence }: Check): string[] => {
  const found = score === null ? 'unknown' : score.toFixed(0);
  const sure = `${formatPercent(confidence)} sure, ${judged} of ${sent} metrics`;
  return [
    `  after ${minutes} min: ${found} (${sure})`,
    ...evidence.map(({ text, points }) => `    -${points.toFixed(0)}  ${withoutControl(text)}`),
  ];
};

const proposalLines = ({ proposal }: ChangeAnswer): string[] => {
  if (proposal === undefined) return [];
  const { from = 'this version', to = 'the one before', target, confidence, expiresAt } = proposal;
  return [
    `proposed: roll ${target} back from ${from} to ${to} (${formatPercent(confidence)} sure, until ${clock(expiresAt)}); nothing was done`,
  ];
};

/** One change for people: what it was, its risk, each look at its health, and what is proposed. */
export const describeChange = (change: ChangeAnswer, terminal: Terminal): string[] => {
  const { version, previousVersion, assessment, checks, nextCheckAt, reason } = change;
  return [
    ...renderTable(CHANGE_COLUMNS, [change], terminal),
    ...(version === undefined ? [] : [`version ${version}, before: ${previousVersion ?? 'unknown'}`]),
    ...(assessment === undefined
      ? []
      : [`risk ${formatPercent(assessment.risk)}: ${assessment.reasons.map(({ text }) => text).join('; ')}`]),
    ...(reason === undefined ? [] : [`why: ${reason}`]),
    ...(checks.length === 0 ? [] : ['health, 0 to 100:', ...checks.flatMap(checkLines)]),
    ...(nextCheckAt === undefined ? [] : [`next look at ${clock(nextCheckAt)} UTC`]),
    ...proposalLines(change),
  ];
};
