import { Command, Option } from 'commander';
import { INCIDENT_SEVERITIES, INCIDENT_STATUSES } from '../../../core/incidents/incident.ts';
import type { CausesAnswer, IncidentAnswer, IncidentSummaryAnswer } from '../../api-client/answers.ts';
import { jsonText } from '../../terminal/clean-text.ts';
import type { Colour } from '../../terminal/colour.ts';
import { formatDuration, formatPercent } from '../../terminal/format.ts';
import { type Column, renderTable } from '../../terminal/table.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import { LineWriter } from '../../terminal/writer.ts';
import { type ConnectionOptions, connect, withConnection } from '../shared/connection-options.ts';
import { printList } from '../shared/list-output.ts';
import { wholeNumber } from '../shared/option-values.ts';

interface ShowOptions extends ConnectionOptions {
  readonly json?: true;
}
interface ListOptions extends ShowOptions {
  readonly status?: IncidentSummaryAnswer['status'];
  readonly severity?: IncidentSummaryAnswer['severity'];
  readonly limit: number;
}
interface TransitionOptions extends ShowOptions {
  readonly note?: string;
  readonly cause?: string;
  readonly fix?: string;
}

const SEVERITY_COLOURS: Readonly<Record<IncidentSummaryAnswer['severity'], Colour | undefined>> = {
  low: undefined,
  medium: 'cyan',
  high: 'yellow',
  critical: 'red',
};

const clock = (iso: string): string => iso.slice(5, 16).replace('T', ' ');
const namesOf = (targets: readonly string[]): string =>
  targets.length > 3 ? `${targets.slice(0, 3).join(', ')} +${targets.length - 3}` : targets.join(', ');
const timeOf = (seconds: number | null): string => (seconds === null ? '-' : formatDuration(seconds));

/** Columns of a list of incidents. IDs are never shortened, so that they can be copied. */
export const INCIDENT_COLUMNS: readonly Column<IncidentSummaryAnswer>[] = [
  { header: 'incident', text: ({ id }) => id },
  { header: 'status', text: ({ status }) => status },
  {
    header: 'severity',
    text: ({ severity }) => severity,
    colour: ({ severity }) => SEVERITY_COLOURS[severity],
  },
  { header: 'component', text: ({ component }) => component },
  { header: 'signals', align: 'right', text: ({ signals }) => String(signals) },
  { header: 'targets', text: ({ targets }) => namesOf(targets), shrinks: true },
];

const causeLines = ({ status, method, items, limits, similar }: CausesAnswer): string[] => {
  if (status === 'pending') return ['causes: not diagnosed yet'];
  return [
    `causes (${method ?? 'unknown method'}):`,
    ...items
      .slice(0, 3)
      .flatMap(({ target, confidence, band, evidence, recommendation }) => [
        `  ${target}, ${formatPercent(confidence)} (${band})`,
        ...evidence.map((line) => `    ${line}`),
        ...(recommendation === undefined ? [] : [`    -> ${recommendation}`]),
      ]),
    ...similar.map(
      ({ incident, similarity, cause, fixedBy, confirmed }) =>
        `  similar: ${incident} (${formatPercent(similarity)}): ${cause}${confirmed ? ', confirmed' : ''}${fixedBy === undefined ? '' : `; fix: ${fixedBy}`}`,
    ),
    ...limits.map((limit) => `  note: ${limit}`),
  ];
};

const timesLine = ({ responseTimes: { detect, acknowledge, mitigate, resolve } }: IncidentAnswer): string =>
  `times from the start: detected ${timeOf(detect)}, acknowledged ${timeOf(acknowledge)}, mitigated ${timeOf(mitigate)}, resolved ${timeOf(resolve)}`;

type ActorAnswer = NonNullable<IncidentAnswer['timeline'][number]['by']>;

/** Names of keys are free: without its id, a key could pass for a person. */
const actorText = ({ kind, name, keyId }: ActorAnswer): string =>
  keyId === undefined ? name : `${kind} ${name}, ${keyId}`;

const timelineLines = ({ timeline }: IncidentAnswer): string[] => [
  'timeline (UTC):',
  ...timeline.map(
    ({ at, text, by }) => `  ${clock(at)}  ${text}${by === undefined ? '' : ` (${actorText(by)})`}`,
  ),
];

const print = async (lines: readonly string[], terminal: Terminal): Promise<void> =>
  new LineWriter(terminal.stdout).lines([...lines]);

const show = async (id: string, { json, ...connection }: ShowOptions, terminal: Terminal): Promise<void> => {
  const client = connect(connection, terminal);
  const [incident, causes] = [await client.incident(id), await client.causes(id)];
  if (json) return print([jsonText({ ...incident, causes })], terminal);
  const table = renderTable(INCIDENT_COLUMNS, [incident], terminal);
  return print([...table, timesLine(incident), ...causeLines(causes), ...timelineLines(incident)], terminal);
};

const transition = async (
  id: string,
  to: IncidentSummaryAnswer['status'],
  { json, note, cause, fix, ...connection }: TransitionOptions,
  terminal: Terminal,
): Promise<void> => {
  const incident = await connect(connection, terminal).transitionIncident(id, to, note, { cause, fix });
  await print([json ? jsonText(incident) : `${incident.id} is ${incident.status}`], terminal);
};

const TRANSITIONS = [
  ['ack', 'acknowledged', 'acknowledge an incident: someone is working on it'],
  ['mitigate', 'mitigated', 'mark an incident as mitigated: the harm has stopped'],
  ['resolve', 'resolved', 'mark an incident as resolved: it is over'],
  ['review', 'reviewed', 'mark an incident as reviewed: its lessons are recorded'],
] as const;

const transitionCommand = (
  [name, to, description]: (typeof TRANSITIONS)[number],
  terminal: Terminal,
): Command => {
  const command = withConnection(new Command(name))
    .description(description)
    .argument('<id>', 'incident ID')
    .option('--note <text>', 'reason, shown in the timeline')
    .option('--json', 'print one JSON object')
    .action((id: string, options: TransitionOptions) => transition(id, to, options, terminal));
  if (to !== 'resolved' && to !== 'reviewed') return command;
  return command
    .option('--cause <target>', 'the cause, a target or a description; later incidents learn from it')
    .option('--fix <text>', 'what ended the incident; shown for similar incidents later');
};

const listCommand = (terminal: Terminal): Command =>
  withConnection(new Command('list'))
    .description('list incidents, newest first')
    .addOption(new Option('--status <status>', 'only incidents with this status').choices(INCIDENT_STATUSES))
    .addOption(
      new Option('--severity <severity>', 'only incidents with this severity').choices(INCIDENT_SEVERITIES),
    )
    .option('--limit <n>', 'maximum number of incidents', wholeNumber(1, 1_000_000), 20)
    .option('--json', 'print one JSON object per line and incident')
    .action(({ status, severity, limit, json, ...connection }: ListOptions) =>
      printList(
        connect(connection, terminal).incidents({ status, severity, most: limit }),
        { columns: INCIDENT_COLUMNS, empty: 'no incidents', json: json === true },
        terminal,
      ),
    );

const showCommand = (terminal: Terminal): Command =>
  withConnection(new Command('show'))
    .description('print one incident with its causes and timeline')
    .argument('<id>', 'incident ID')
    .option('--json', 'print one JSON object')
    .action((id: string, options: ShowOptions) => show(id, options, terminal));

/** `forestall incidents [list|show|ack|mitigate|resolve|review]`: incidents of a deployment. */
export const incidentsCommand = (terminal: Terminal): Command => {
  const command = new Command('incidents')
    .description('list and show incidents, and change their status')
    .addCommand(listCommand(terminal), { isDefault: true })
    .addCommand(showCommand(terminal));
  for (const each of TRANSITIONS) command.addCommand(transitionCommand(each, terminal));
  return command;
};
