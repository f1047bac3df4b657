import type { RiskAssessment, RiskLevel } from '../../../core/changes/risk/engine/risk-model.ts';
import { type Colour, paint } from '../../terminal/colour.ts';
import { formatPercent } from '../../terminal/format.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import { withoutControl } from '../../terminal/text-width.ts';

const LEVEL_COLOURS: Readonly<Record<RiskLevel, Colour>> = { low: 'green', medium: 'yellow', high: 'red' };
const MAX_NAMES = 5;
const FACTOR_WIDTH = 8;

/** Shows log-odds as a factor on the odds, because "x 3" is easier to read. */
const factorOf = (contribution: number): string => {
  const factor = Math.exp(contribution);
  return `x ${factor >= 10 ? factor.toFixed(0) : factor.toPrecision(2)}`.padStart(FACTOR_WIDTH);
};

const named = (names: readonly string[], value: number): string[] => {
  if (names.length === 0) return [];
  const shown = names.slice(0, MAX_NAMES).map(withoutControl).join(', ');
  const more = Math.max(value, names.length) - Math.min(names.length, MAX_NAMES);
  return [`${' '.repeat(FACTOR_WIDTH + 2)}${shown}${more > 0 ? ` and ${more} more` : ''}`];
};

/** Reasons about the whole change, for which a list of names would be the list of all resources. */
const WHOLE = new Set(['resources', 'furtherStacks', 'onlyCode', 'onlyAdditions']);

const reasonLines = ({ reasons }: RiskAssessment): string[] =>
  reasons.flatMap(({ feature, text, names, value, contribution }) => [
    `${factorOf(contribution)}  ${text}`,
    ...(WHOLE.has(feature) ? [] : named(names, value)),
  ]);

const source = ({ learntFrom }: RiskAssessment): string =>
  learntFrom === 0
    ? 'Based on the built-in scorecard.'
    : `Based on the built-in scorecard and ${learntFrom} of your deployments.`;

/** A readable assessment: the risk, its reasons with their weights, and how to lower it. */
export const describeAssessment = (assessment: RiskAssessment, look: Terminal): string[] => {
  const { risk, level, reasons, advice } = assessment;
  const headline = `${level} risk: ${formatPercent(risk)} probability of an unhealthy deployment`;
  return [
    paint(look.colour, LEVEL_COLOURS[level], headline),
    ...(reasons.length === 0
      ? ['', 'No notable risk factors.']
      : ['', 'Reasons (factor on the odds)', ...reasonLines(assessment)]),
    ...(advice.length === 0 ? [] : ['', 'How to lower the risk', ...advice.map((line) => `  - ${line}`)]),
    '',
    source(assessment),
  ];
};
