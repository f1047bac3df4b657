import { Command, Option } from 'commander';
import { ROLE_NAMES } from '../../../core/platform/permissions.ts';
import { PREFERENCES, SKILLS } from '../../../core/remediation/recommendation/for-reader.ts';
import type { RecommendationsAnswer } from '../../api-client/remediation-answers.ts';
import { jsonText } from '../../terminal/clean-text.ts';
import { formatPercent } from '../../terminal/format.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import { LineWriter } from '../../terminal/writer.ts';
import { type ConnectionOptions, withConnection } from '../shared/connection-options.ts';
import { connectRemediation } from './remediation-connection.ts';

interface Options extends ConnectionOptions {
  readonly role?: string;
  readonly skill?: string;
  readonly preference?: string;
  readonly json?: true;
}

type Item = RecommendationsAnswer['items'][number];

const itemLines = (item: Item, index: number): string[] => {
  const { action, resource, change, horizon, score, confidence, expectedSuccess, why, how } = item;
  const sure = `${formatPercent(confidence)} confident, ends it with ${formatPercent(expectedSuccess)}`;
  return [
    `${index + 1}. ${action} on ${resource}: ${change}`,
    `   ${horizon}, score ${score.toFixed(2)}, ${sure}, risk ${item.risk}, $${item.cost.usdPerHour} an hour`,
    ...why.map((line) => `   why: ${line}`),
    ...how.map((line) => `   how: ${line}`),
  ];
};

const run = async (target: string, options: Options, terminal: Terminal): Promise<void> => {
  const { role, skill, preference, json, ...connection } = options;
  const client = connectRemediation(connection, terminal);
  const found = await client.recommendations(target, { role, skill, preference });
  const about = found.problem === undefined ? [] : [`${found.problem} (remediation ${found.remediation})`];
  const lines = [...about, found.explanation, ...found.items.flatMap(itemLines)];
  await new LineWriter(terminal.stdout).lines(json ? [jsonText(found)] : lines);
};

/** `forestall recommendations TARGET`: what is recommended against the newest problem of a target. */
export const recommendationsCommand = (terminal: Terminal): Command =>
  withConnection(new Command('recommendations'))
    .description('print what is recommended against the newest problem of a target, best first')
    .argument('<target>', 'target ID')
    .addOption(new Option('--role <role>', 'words for this role').choices(ROLE_NAMES))
    .addOption(new Option('--skill <skill>', 'how well you know the system').choices(SKILLS))
    .addOption(new Option('--preference <preference>', 'what your team values most').choices(PREFERENCES))
    .option('--json', 'print one JSON object')
    .action((target: string, options: Options) => run(target, options, terminal));
