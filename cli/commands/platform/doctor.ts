import { Command } from 'commander';
import type { CheckResult } from '../../../core/platform/doctor/check.ts';
import { examine, needsAction } from '../../../core/platform/doctor/examine.ts';
import { type Deployment, MissingPermissionError } from '../../../core/platform/doctor/ports.ts';
import { ConfigurationError } from '../../../core/shared/errors.ts';
import { jsonText } from '../../terminal/clean-text.ts';
import { GateReachedError } from '../../terminal/exit-codes.ts';
import { formatCount } from '../../terminal/format.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import { printLines } from '../../terminal/writer.ts';
import { awsAccess, LOCAL_STAGE, unreachable } from './aws-access.ts';
import { describeResults } from './doctor-text.ts';

interface Options {
  readonly stage: string;
  readonly region?: string;
  readonly json?: true;
}

/** @throws ConfigurationError if AWS cannot be reached, or has no stack of the stage */
const requireStage = async (deployment: Deployment, stage: string): Promise<void> => {
  try {
    const stacks = await deployment.stacks();
    if (stacks.some(({ status }) => status !== 'missing')) return;
  } catch (error) {
    // Each check names the permission that it lacks.
    if (error instanceof MissingPermissionError) return;
    throw unreachable(error);
  }
  throw new ConfigurationError(
    `stage ${stage} is not deployed in this account and region (AWS_PROFILE, AWS_REGION or --region choose them)`,
  );
};

const report = (results: readonly CheckResult[], { stage, json }: Options, terminal: Terminal): void => {
  const lines = json ? [jsonText({ stage, checks: results })] : describeResults(results, terminal);
  printLines(terminal.stdout, lines.join('\n'));
  if (!needsAction(results)) return;
  const findings = results.reduce((sum, result) => sum + result.findings.length, 0);
  const unknown = results.filter(({ status }) => status === 'unknown').length;
  const open = [formatCount(findings, 'thing to do', 'things to do'), formatCount(unknown, 'check')];
  throw new GateReachedError(`stage ${stage}: ${open.join(', ')} could not be made`);
};

const run = async (options: Options, terminal: Terminal): Promise<void> => {
  // Loaded on demand: other commands need none of the eleven clients.
  const { makeOperatorClients } = await import('../../../adapters/platform/deployment/clients.ts');
  const { deployedStage } = await import('../../../adapters/platform/deployment/deployed-stage.ts');
  const clients = makeOperatorClients(awsAccess(options, terminal.env));
  const deployment = deployedStage(clients, options.stage, new Date());
  await requireStage(deployment, options.stage);
  report(await examine(deployment, options.stage === LOCAL_STAGE), options, terminal);
};

/** `forestall doctor`: examines a deployment in an AWS account, and says what to do. Reads only. */
export const doctorCommand = (terminal: Terminal): Command =>
  new Command('doctor')
    .description('examine a deployed stage in AWS and say what to do; changes nothing')
    .requiredOption('--stage <stage>', 'stage to examine, such as prod; local: the deployment of npm start')
    .option('--region <region>', 'AWS region (default: as for the AWS CLI)')
    .option('--json', 'print one JSON object')
    .action((options: Options) => run(options, terminal));
