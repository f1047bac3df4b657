import { Command, Option } from 'commander';
import { SEVERITIES, type Severity } from '../../../core/forecasts/breach-risk.ts';
import type { BreachAnswer } from '../../api-client/answers.ts';
import { probabilityColour, severityColour } from '../../terminal/colour.ts';
import {
  formatCount,
  formatDuration,
  formatNumber,
  formatPercent,
  formatRoughly,
} from '../../terminal/format.ts';
import type { Column } from '../../terminal/table.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import { type ConnectionOptions, connect, withConnection } from '../shared/connection-options.ts';
import { printList } from '../shared/list-output.ts';
import { numberUpTo, wholeNumber } from '../shared/option-values.ts';

interface Options extends ConnectionOptions {
  readonly minProbability?: number;
  readonly severity?: Severity;
  readonly target?: string;
  readonly limit: number;
  readonly json?: true;
}

/** How long a warning stood when the forecast was issued. */
const standsFor = ({ warningSince, issuedAt }: BreachAnswer): string => {
  if (warningSince === null) return '-';
  const seconds = (Date.parse(issuedAt) - Date.parse(warningSince)) / 1000;
  return seconds > 0 ? formatRoughly(seconds) : 'new';
};
const untilText = (seconds: number): string => (seconds === 0 ? 'now' : formatDuration(seconds));

/** Columns of a list of predicted breaches, worst first. */
export const BREACH_COLUMNS: readonly Column<BreachAnswer>[] = [
  { header: 'target', text: ({ target }) => target, shrinks: true },
  { header: 'metric', text: ({ metric }) => metric, shrinks: true },
  {
    header: 'severity',
    text: ({ severity }) => severity,
    colour: ({ severity }) => severityColour(severity),
  },
  { header: 'for', align: 'right', text: standsFor, optional: true },
  {
    header: 'probability',
    align: 'right',
    text: ({ probability }) => formatPercent(probability),
    colour: ({ probability }) => probabilityColour(probability),
  },
  { header: 'risk', align: 'right', text: ({ risk }) => formatNumber(risk), optional: true },
  {
    header: 'in',
    align: 'right',
    text: ({ timeToImpactSeconds: time }) => (time ? untilText(time.p50) : '-'),
  },
  {
    header: 'limit',
    align: 'right',
    text: ({ threshold }) =>
      `${threshold.direction === 'above' ? '>' : '<'} ${formatNumber(threshold.limit)}`,
  },
];

/** Warnings whose reasons are printed: those of more would push the list off the screen. */
const MOST_EXPLAINED = 5;

/** Why the riskiest warnings stand. Servers of earlier releases give no reasons. */
const explain = (breaches: readonly Partial<BreachAnswer>[]): string[] => {
  const explained = breaches.filter(({ reasons = [] }) => reasons.length > 0);
  const lines = explained
    .slice(0, MOST_EXPLAINED)
    .flatMap(({ target, metric, reasons = [], counterfactual = null }) => [
      `${target} ${metric}:`,
      ...reasons.map(({ share, text }) => `  ${String(share).padStart(3)} %  ${text}`),
      ...(counterfactual === null ? [] : [`  ${counterfactual}`]),
    ]);
  const others = explained.length - MOST_EXPLAINED;
  return others <= 0
    ? lines
    : [...lines, `${formatCount(others, 'more warning')}: --target or --json shows why`];
};

/** `forestall breaches`: the predicted breaches of a deployment, worst first. */
export const breachesCommand = (terminal: Terminal): Command =>
  withConnection(new Command('breaches'))
    .description('list predicted breaches, highest risk first')
    .option('--min-probability <share>', 'minimum probability', numberUpTo(0, 1))
    .addOption(new Option('--severity <severity>', 'only this severity').choices(SEVERITIES))
    .option('--target <id>', 'only this target')
    .option('--limit <n>', 'maximum number of breaches', wholeNumber(1, 1_000_000), 50)
    .option('--json', 'print one JSON object per line and breach')
    .action(({ minProbability, severity, target, limit, json, ...connection }: Options) =>
      printList(
        connect(connection, terminal).breaches({ minProbability, severity, target, most: limit }),
        { columns: BREACH_COLUMNS, empty: 'no breaches predicted', notes: explain, json: json === true },
        terminal,
      ),
    );
