/** The model card as Markdown (CommonMark with tables). Text of others is shown as it is, never as markup. */
import type { ModelCard } from './model-card.ts';

/** Punctuation may be escaped with a backslash (CommonMark 0.31, section 2.4); a line break would begin another block. */
export const escapeMarkdown = (text: string): string =>
  text.replaceAll(/\s+/g, ' ').replaceAll(/[!-/:-@[-`{-~]/g, (mark) => `\\${mark}`);

const cell = (value: string | number | null): string => {
  if (value === null) return 'none';
  return typeof value === 'number' ? String(value) : escapeMarkdown(value);
};

const tableOf = (heads: readonly string[], rows: readonly (readonly (string | number | null)[])[]): string =>
  [
    `| ${heads.join(' | ')} |`,
    `|${heads.map(() => '---').join('|')}|`,
    ...rows.map((row) => `| ${row.map(cell).join(' | ')} |`),
  ].join('\n');

const sorted = <Value>(record: Readonly<Record<string, Value>>): readonly (readonly [string, Value])[] =>
  Object.entries(record).toSorted(([a], [b]) => (a < b ? -1 : 1));

const section = (title: string, text: string): string => `## ${title}\n\n${text}`;

const orNone = (rows: readonly unknown[], text: string): string => (rows.length === 0 ? 'None.' : text);

const lineageRows = ({ lineage }: ModelCard) => [
  ['data manifest', lineage.dataManifestHash] as const,
  ['code', lineage.codeHash] as const,
  ['artefact manifest', lineage.manifestHash] as const,
  ['signed with', lineage.signedWith] as const,
  ['training run', lineage.trainingRunId] as const,
  ['trained against', lineage.trainedAgainst] as const,
  ['seed', lineage.seed] as const,
];

const approvalText = ({ approval }: ModelCard): string =>
  approval === null
    ? 'Nobody has approved it.'
    : `${escapeMarkdown(approval.by)} approved it at ${escapeMarkdown(approval.at)}: ${escapeMarkdown(approval.reason)}`;

const rolloutText = ({ rollout }: ModelCard): string => {
  if (rollout === null) return 'None.';
  const { rolloutId, status, seconds, reason } = rollout;
  const time = seconds === null ? '' : ` after ${seconds} seconds`;
  const why = reason === null ? '' : `: ${escapeMarkdown(reason)}`;
  return `${escapeMarkdown(rolloutId)}, ${escapeMarkdown(status)}${time}${why}`;
};

export const cardMarkdown = (card: ModelCard): string => {
  const { kind, version, stage, registeredAt, limits, tags, metrics, lineage, files, history } = card;
  const [metricRows, tagRows, parameterRows] = [sorted(metrics), sorted(tags), sorted(lineage.parameters)];
  const changes = history.map(({ at, from, to, reason }) => [at, from, to, reason]);
  return `${[
    `# Model ${escapeMarkdown(kind)} ${escapeMarkdown(version)}`,
    `Stage ${stage}, registered at ${escapeMarkdown(registeredAt)}.`,
    escapeMarkdown(card.description) || 'No description.',
    section('Limits', orNone(limits, limits.map((limit) => `- ${escapeMarkdown(limit)}`).join('\n'))),
    section('Metrics', orNone(metricRows, tableOf(['Metric', 'Value'], metricRows))),
    section('Lineage', tableOf(['Of', 'Value'], lineageRows(card))),
    section('Hyperparameters', orNone(parameterRows, tableOf(['Name', 'Value'], parameterRows))),
    section(
      'Files',
      tableOf(
        ['Name', 'Bytes', 'SHA-256'],
        files.map(({ name, bytes, sha256 }) => [name, bytes, sha256]),
      ),
    ),
    section('Approval', approvalText(card)),
    section('Rollout', rolloutText(card)),
    section('History', orNone(changes, tableOf(['At', 'From', 'To', 'Reason'], changes))),
    section('Tags', orNone(tagRows, tableOf(['Tag', 'Value'], tagRows))),
  ].join('\n\n')}\n`;
};
