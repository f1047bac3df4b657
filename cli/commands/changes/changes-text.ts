import type { ChangeAnswer, ChangeSummaryAnswer } from '../../api-client/answers.ts';
import type { Colour } from '../../terminal/colour.ts';
import { formatCount, formatPercent } from '../../terminal/format.ts';
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
  { header: 'risk', text: ({ riskLevel }) => riskLevel ?? '-', optional: true },
  { header: 'health', text: ({ health }) => health, colour: ({ health }) => HEALTH_COLOURS[health] },
  {
    header: 'score',
    align: 'right',
    optional: true,
    text: ({ score }) => (score === undefined ? '-' : score.toFixed(0)),
  },
  { header: 'what', text: ({ summary }) => withoutControl(summary), shrinks: true },
];

type Check = ChangeAnswer['checks'][number];

const checkLines = ({ minutes, score, confidence, judged, sent, evidence }: Check): string[] => {
  const found = score === null ? 'unknown' : score.toFixed(0);
  const coverage = `${formatPercent(confidence)} confidence, ${judged} of ${formatCount(sent, 'metric')}`;
  return [
    `  after ${minutes} min: ${found} (${coverage})`,
    ...evidence.map(({ text, points }) => `    -${points.toFixed(0)}  ${withoutControl(text)}`),
  ];
};

const proposalLines = ({ proposal }: ChangeAnswer): string[] => {
  if (proposal === undefined) return [];
  const { from = 'this version', to = 'the previous one', target, confidence, expiresAt } = proposal;
  return [
    `proposed: roll ${target} back from ${from} to ${to} (${formatPercent(confidence)} confidence, valid until ${clock(expiresAt)} UTC); no action was taken`,
  ];
};

/** A readable change: its facts, its risk, each health check, and the proposal. */
export const describeChange = (change: ChangeAnswer, terminal: Terminal): string[] => {
  const { version, previousVersion, assessment, checks, nextCheckAt, reason } = change;
  return [
    ...renderTable(CHANGE_COLUMNS, [change], terminal),
    ...(version === undefined ? [] : [`version ${version}, before: ${previousVersion ?? 'unknown'}`]),
    ...(assessment === undefined
      ? []
      : [`risk ${formatPercent(assessment.risk)}: ${assessment.reasons.map(({ text }) => text).join('; ')}`]),
    ...(reason === undefined ? [] : [`reason: ${reason}`]),
    ...(checks.length === 0 ? [] : ['health checks (0 to 100):', ...checks.flatMap(checkLines)]),
    ...(nextCheckAt === undefined ? [] : [`next check at ${clock(nextCheckAt)} UTC`]),
    ...proposalLines(change),
  ];
};
