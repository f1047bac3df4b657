import type { RiskAssessment, RiskLevel } from '../../../core/changes/risk/engine/risk-model.ts';
import { type Colour, paint } from '../../terminal/colour.ts';
import { formatPercent } from '../../terminal/format.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import { withoutControl } from '../../terminal/text-width.ts';

const LEVEL_COLOURS: Readonly<Record<RiskLevel, Colour>> = { low: 'green', medium: 'yellow', high: 'red' };
const MOST_SHOWN = 5;
const FACTOR_WIDTH = 8;

/** Log-odds as a factor on the odds: people read "times 3" more easily. */
const factorOf = (contribution: number): string => {
  const factor = Math.exp(contribution);
  return `x ${factor >= 10 ? factor.toFixed(0) : factor.toPrecision(2)}`.padStart(FACTOR_WIDTH);
};

const named = (names: readonly string[], value: number): string[] => {
  if (names.length === 0) return [];
  const shown = names.slice(0, MOST_SHOWN).map(withoutControl).join(', ');
  const more = Math.max(value, names.length) - Math.min(names.length, MOST_SHOWN);
  return [`${' '.repeat(FACTOR_WIDTH + 2)}${shown}${more > 0 ? ` and ${more} more` : ''}`];
};

/** Reasons about the change as a whole would name everything. */
const WHOLE = new Set(['resources', 'furtherStacks', 'onlyCode', 'onlyAdditions']);

const reasonLines = ({ reasons }: RiskAssessment): string[] =>
  reasons.flatMap(({ feature, text, names, value, contribution }) => [
    `${factorOf(contribution)}  ${text}`,
    ...(WHOLE.has(feature) ? [] : named(names, value)),
  ]);

const source = ({ learntFrom }: RiskAssessment): string =>
  learntFrom === 0
    ? 'Weighed by the scorecard that Forestall comes with.'
    : `Weighed by the scorecard and ${learntFrom} own deployments.`;

/** An assessment for people: the risk, what carries it and by how much, and what would lower it. */
export const describeAssessment = (assessment: RiskAssessment, look: Terminal): string[] => {
  const { risk, level, reasons, advice } = assessment;
  const headline = `${level} risk: ${formatPercent(risk)} that the deployment turns out unhealthy`;
  return [
    paint(look.colour, LEVEL_COLOURS[level], headline),
    ...(reasons.length === 0
      ? ['', 'Nothing about it stands out.']
      : ['', 'Why (times the odds)', ...reasonLines(assessment)]),
    ...(advice.length === 0 ? [] : ['', 'What lowers it', ...advice.map((line) => `  - ${line}`)]),
    '',
    source(assessment),
  ];
};
