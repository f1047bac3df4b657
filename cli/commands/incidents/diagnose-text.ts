import { confidenceBand } from '../../../core/incidents/causes-report.ts';
import type { DiagnosisReport, RankedCause } from '../../../core/incidents/diagnosis/diagnose.ts';
import { type Column, renderTable } from '../../terminal/table.ts';
import type { Terminal } from '../../terminal/terminal.ts';

const MAX_ROWS = 10;
const MAX_EXPLAINED = 3;

type Row = RankedCause & { readonly rank: number };

const COLUMNS: readonly Column<Row>[] = [
  { header: '#', text: ({ rank }) => String(rank), align: 'right' },
  { header: 'node', text: ({ node }) => node, shrinks: true },
  { header: 'score', text: ({ score }) => score.toFixed(3), align: 'right' },
  { header: 'confidence', text: ({ confidence }) => `${(100 * confidence).toFixed(0)} %`, align: 'right' },
  { header: 'band', text: ({ confidence }) => confidenceBand(confidence) },
];

const METHODS: Readonly<Record<DiagnosisReport['method'], string>> = {
  'excess-blame': 'excess blame along the call graph',
  'relative-blame': 'relative rise along the call graph',
  correlation: 'correlation and time order',
};

const explain = ({ node, evidence }: RankedCause): string[] => [
  '',
  node,
  ...evidence.map((line) => `  - ${line}`),
];

/** A readable diagnosis: ten causes, the evidence for the first three, and the limits of the answer. */
export const describeDiagnosis = (report: DiagnosisReport, look: Terminal): string[] => {
  const rows = report.causes.slice(0, MAX_ROWS).map((cause, i) => ({ ...cause, rank: i + 1 }));
  const hidden = report.causes.length - rows.length;
  const likely = report.causes.filter(({ score }, i) => i === 0 || score > 0).slice(0, MAX_EXPLAINED);
  return [
    `Likely causes by ${METHODS[report.method]}; ${report.gate.message}.`,
    '',
    ...renderTable(COLUMNS, rows, look),
    ...(hidden > 0 ? [`and ${hidden} more (--json shows all)`] : []),
    ...likely.flatMap(explain),
    ...(report.limits.length === 0
      ? []
      : ['', 'Limits of this answer:', ...report.limits.map((l) => `  - ${l}`)]),
  ];
};
