import type { CheckResult, CheckStatus, Finding } from '../../../core/platform/doctor/check.ts';
import { type Colour, paint } from '../../terminal/colour.ts';
import type { Terminal } from '../../terminal/terminal.ts';

const LOOKS: Readonly<Record<CheckStatus, readonly [text: string, colour: Colour]>> = {
  ok: ['ok', 'green'],
  action: ['to do', 'red'],
  unknown: ['unknown', 'yellow'],
  skipped: ['skipped', 'gray'],
};
const WIDTH = 9;

const describeFinding = ({ subject, problem, action, runbook }: Finding): string[] => [
  `${' '.repeat(WIDTH)}${subject}: ${problem}`,
  `${' '.repeat(WIDTH)}  -> ${action} (${runbook})`,
];

const describeResult = (result: CheckResult, nameWidth: number, colour: boolean): string[] => {
  const [text, look] = LOOKS[result.status];
  const head = `${paint(colour, look, text.padEnd(WIDTH))}${result.check.padEnd(nameWidth)}  ${result.summary}`;
  return [head, ...result.findings.flatMap(describeFinding)];
};

/** One line for each check, and under it what needs doing. Commands are not cut, so that they can be copied. */
export const describeResults = (
  results: readonly CheckResult[],
  { colour }: Pick<Terminal, 'colour'>,
): string[] => {
  const nameWidth = Math.max(...results.map(({ check }) => check.length));
  return results.flatMap((result) => describeResult(result, nameWidth, colour));
};
