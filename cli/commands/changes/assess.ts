import { Command, Option } from 'commander';
import { type ChangeContext, featuresOf } from '../../../core/changes/risk/engine/change-features.ts';
import { findingsOf } from '../../../core/changes/risk/engine/change-findings.ts';
import {
  assessRisk,
  PRIOR_RISK_MODEL,
  RISK_LEVELS,
  type RiskAssessment,
  type RiskLevel,
} from '../../../core/changes/risk/engine/risk-model.ts';
import {
  CHANGE_FORMATS,
  type ChangeFormat,
  readPlannedChange,
  readUnconfirmedChange,
  type UnconfirmedChange,
} from '../../../core/changes/risk/formats/planned-change.ts';
import { InvalidInputError } from '../../../core/shared/errors.ts';
import { type DescribedPlan, readPlan } from '../../input/planned-change-file.ts';
import { jsonText } from '../../terminal/clean-text.ts';
import { GateReachedError } from '../../terminal/exit-codes.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import { LineWriter, printLine } from '../../terminal/writer.ts';
import { type ConnectionOptions, connect, withConnection } from '../shared/connection-options.ts';
import { describeAssessment } from './assess-text.ts';

interface Options extends ConnectionOptions {
  readonly target?: string;
  readonly format?: ChangeFormat;
  readonly outsideHours?: true;
  readonly failOn?: RiskLevel;
  readonly json?: true;
}

/**
 * A gate decides without a person who reads warnings, so it accepts complete descriptions only.
 * @throws InvalidInputError that names the file
 */
const changeIn = (file: string, { format, content }: DescribedPlan, isGate: boolean): UnconfirmedChange => {
  try {
    return isGate ? { change: readPlannedChange(format, content) } : readUnconfirmedChange(format, content);
  } catch (cause) {
    if (!(cause instanceof InvalidInputError)) throw cause;
    throw new InvalidInputError(`${file}: ${cause.message}`, { cause });
  }
};

const assessOffline = (file: string, plan: DescribedPlan, options: Options, terminal: Terminal) => {
  const { change, warning } = changeIn(file, plan, options.failOn !== undefined);
  if (warning !== undefined) printLine(terminal.stderr, `forestall: ${file}: ${warning}`);
  const context: ChangeContext = { isOutsideHours: options.outsideHours === true };
  return assessRisk(PRIOR_RISK_MODEL, featuresOf(change, context), findingsOf(change));
};

/** True if an option selects the API of a deployment, which knows the owner's deployments and incidents. */
const assess = async (file: string, options: Options, terminal: Terminal): Promise<RiskAssessment> => {
  const described = await readPlan(file, terminal.stdin, options.format);
  const { url, key, keyFile, target, outsideHours } = options;
  if ([url, key, keyFile, target].every((given) => given === undefined))
    return assessOffline(file, described, options, terminal);
  if (outsideHours)
    throw new InvalidInputError(
      '--outside-hours: found --url, --key, --key-file or --target, expected none of them',
    );
  return connect(options, terminal).assessChange(described, target);
};

/** The gate of a pipeline: fails at this level or above. */
const holdGate = ({ level, risk }: RiskAssessment, failOn: RiskLevel | undefined): void => {
  if (failOn === undefined || RISK_LEVELS.indexOf(level) < RISK_LEVELS.indexOf(failOn)) return;
  throw new GateReachedError(`${level} risk (${(100 * risk).toFixed(0)} %) reaches --fail-on ${failOn}`);
};

const run = async (file: string, options: Options, terminal: Terminal): Promise<void> => {
  const assessment = await assess(file, options, terminal);
  const lines = options.json ? [jsonText(assessment)] : describeAssessment(assessment, terminal);
  await new LineWriter(terminal.stdout).lines(lines);
  holdGate(assessment, options.failOn);
};

/**
 * `forestall assess FILE|-`: the risk of a change before it is deployed. Uses the built-in scorecard, without AWS or
 * network. If an address, a key or a target is given, asks that deployment, which learns from earlier changes.
 */
export const assessCommand = (terminal: Terminal): Command =>
  withConnection(new Command('assess'))
    .description(
      'assess the risk of a change before it is deployed, from a change set or the output of cdk diff',
    )
    .argument('<file>', 'JSON of describe-change-set, or the text of cdk diff; - for stdin')
    .addOption(
      new Option('--format <format>', 'format of the file (default: detected)').choices(CHANGE_FORMATS),
    )
    .option('--target <id>', 'target of the change; asks the API, which considers its incidents')
    .option('--outside-hours', 'the deployment takes place outside working hours')
    .addOption(
      new Option('--fail-on <level>', 'exit with code 3 if the risk has this level or a higher one').choices(
        RISK_LEVELS,
      ),
    )
    .option('--json', 'print one JSON object')
    .action((path: string, options: Options) => run(path, options, terminal));
