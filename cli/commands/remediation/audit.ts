import { Command, Option } from 'commander';
import type { StageRecord } from '../../../adapters/remediation/stage-record.ts';
import { exportLines, readEvidence } from '../../../core/remediation/audit/read-record.ts';
import { type ChainVerification, verifyChain } from '../../../core/remediation/audit/verify-chain.ts';
import { RETENTION_SECONDS } from '../../../core/remediation/retention.ts';
import {
  ConfigurationError,
  errorFrom,
  ForestallError,
  InvalidInputError,
} from '../../../core/shared/errors.ts';
import { jsonText } from '../../terminal/clean-text.ts';
import { GateReachedError } from '../../terminal/exit-codes.ts';
import { formatCount } from '../../terminal/format.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import { LineWriter, printLine } from '../../terminal/writer.ts';
import { awsAccess, unreachable } from '../platform/aws-access.ts';
import { readAuditFile, verifyAudit } from './audit-file.ts';

interface StageOptions {
  readonly stage: string;
  readonly region?: string;
}
interface VerifyOptions extends Partial<StageOptions> {
  readonly file?: string;
  readonly tenant?: readonly string[];
  readonly json?: true;
}
interface ExportOptions extends StageOptions {
  readonly tenant: string;
}

/** Opens the record of a stage. Loaded on demand: other commands need no client of AWS. */
const openRecord = async (options: StageOptions, terminal: Terminal): Promise<StageRecord> => {
  const { makeOperatorClients } = await import('../../../adapters/platform/deployment/clients.ts');
  const { readStageStacks } = await import('../../../adapters/platform/deployment/stage-stacks.ts');
  const { stageRecord } = await import('../../../adapters/remediation/stage-record.ts');
  const { stacks, tables, objects } = makeOperatorClients(awsAccess(options, terminal.env));
  const stage = readStageStacks(stacks, options.stage);
  const parts = await stage.status().catch((error: unknown) => {
    throw error instanceof ForestallError ? error : unreachable(error);
  });
  if (parts.every(({ status }) => status === 'missing'))
    throw new ConfigurationError(`stage ${options.stage} is not deployed in this account and region`);
  const tableName = await stage.output('RemediationsTableName');
  const bucketName = await stage.output('DecisionBucketName');
  const telemetry = {
    count: () => undefined,
    error: (message: string, _: unknown, cause?: unknown) =>
      printLine(terminal.stderr, `forestall: ${message}: ${errorFrom(cause).message}`),
  };
  return stageRecord({ tables, objects, tableName, bucketName, telemetry });
};

interface Verified extends ChainVerification {
  readonly tenant: string;
}

async function* verifiedStage(
  options: VerifyOptions & StageOptions,
  terminal: Terminal,
): AsyncGenerator<Verified, void> {
  const record = await openRecord(options, terminal);
  const keptSince = Math.floor(Date.now() / 1000) - RETENTION_SECONDS;
  for (const tenant of options.tenant ?? (await record.tenants.listTenants()))
    yield { tenant, ...verifyChain({ ...(await readEvidence(record, tenant)), keptSince }) };
}

async function* verifiedFile(path: string, terminal: Terminal): AsyncGenerator<Verified, void> {
  const record = await readAuditFile(path, terminal.stdin);
  yield { tenant: record.tenantId, ...verifyAudit(record) };
}

const describe = ({ tenant, decisions, anchoredUntil, faults }: Verified): readonly string[] => {
  const found = formatCount(decisions, 'decision');
  const anchored = anchoredUntil === 0 ? 'none anchored yet' : `anchored up to ${anchoredUntil}`;
  if (faults.length === 0) return [`${tenant}: ${found}, ${anchored}: the chain is intact`];
  const header = `${tenant}: ${found}, ${anchored}: ${formatCount(faults.length, 'fault')}`;
  return [header, ...faults.map(({ message }) => `  ${message}`)];
};

const verify = async (options: VerifyOptions, terminal: Terminal): Promise<void> => {
  const { file, stage, json } = options;
  if ((file === undefined) === (stage === undefined))
    throw new InvalidInputError('expected either --stage or --file');
  const chains =
    stage === undefined
      ? verifiedFile(file ?? '-', terminal)
      : verifiedStage({ ...options, stage }, terminal);
  const writer = new LineWriter(terminal.stdout);
  const broken: string[] = [];
  let count = 0;
  for await (const chain of chains) {
    count++;
    if (chain.faults.length > 0) broken.push(chain.tenant);
    await writer.lines(json ? [jsonText(chain)] : describe(chain));
  }
  if (count === 0) printLine(terminal.stderr, 'forestall: no tenant has decisions');
  if (broken.length > 0)
    throw new GateReachedError(
      `the decisions of ${broken.join(', ')} were changed: see "A decision chain does not verify" in docs/runbook.md`,
    );
};

const write = async (options: ExportOptions, terminal: Terminal): Promise<void> => {
  const record = await openRecord(options, terminal);
  const writer = new LineWriter(terminal.stdout);
  for await (const line of exportLines(record, options.tenant, new Date()))
    if (writer.line(jsonText(line))) await writer.flush();
  await writer.flush();
};

const REGION = ['--region <region>', 'AWS region (default: as for the AWS CLI)'] as const;

/** `forestall audit verify|export`: the decisions of a deployment or of an export, checked for changes. */
export const auditCommand = (terminal: Terminal): Command =>
  new Command('audit')
    .description('verify that recorded decisions were not changed, and export them')
    .addCommand(
      new Command('verify')
        .description(
          'find every edit, deletion, insertion and exchange in the chains of decisions; exits 3 if any',
        )
        .option('--stage <stage>', 'read the table and the anchors of this stage from AWS; local: npm start')
        .addOption(new Option('--file <file>', 'read an export instead, - for stdin').conflicts('tenant'))
        .option('--tenant <tenant...>', 'only these tenants (default: all with decisions)')
        .option(...REGION)
        .option('--json', 'print one JSON object per line and tenant')
        .action((options: VerifyOptions) => verify(options, terminal)),
    )
    .addCommand(
      new Command('export')
        .description('print the decisions, anchors and recorded inputs of a tenant, one JSON object per line')
        .requiredOption('--stage <stage>', 'stage to read, such as prod; local: the deployment of npm start')
        .requiredOption('--tenant <tenant>', 'tenant to export; `audit verify` lists those with decisions')
        .option(...REGION)
        .action((options: ExportOptions) => write(options, terminal)),
    );
