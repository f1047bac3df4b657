import { Command } from 'commander';
import type { AuditRecord } from '../../../core/remediation/audit/audit-line.ts';
import { KNOWN } from '../../../core/remediation/recommendation/catalogue-knowledge.ts';
import { resourceCall } from '../../../core/remediation/runs/act-on.ts';
import { RULES } from '../../../core/remediation/runs/stage-rules.ts';
import { recordedRuns } from '../../../core/remediation/simulation/recorded-runs.ts';
import { simulatePolicy } from '../../../core/remediation/simulation/simulate-policy.ts';
import { InvalidInputError } from '../../../core/shared/errors.ts';
import { jsonText } from '../../terminal/clean-text.ts';
import { GateReachedError } from '../../terminal/exit-codes.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import { LineWriter } from '../../terminal/writer.ts';
import { readAuditFile, verifyAudit } from './audit-file.ts';
import { readPolicy } from './policy-file.ts';
import { describeSimulated, describeTotal, simulatedJson } from './policy-try-text.ts';

interface Options {
  readonly record: string;
  readonly approveAll?: true;
  readonly region: string;
  readonly account: string;
  readonly json?: true;
}

/** Loaded on demand: other commands need no client of AWS. */
const previewIn = async (place: { readonly region: string; readonly account: string }) => {
  const { previewOnly } = await import('../../../adapters/remediation/resources/preview-only.ts');
  return previewOnly(place);
};

const tryPolicy = async (file: string, options: Options, terminal: Terminal): Promise<void> => {
  if (file === '-' && options.record === '-')
    throw new InvalidInputError('expected the policy or the record from standard input, not both');
  const { policy } = await readPolicy(file, terminal);
  const record = await readAuditFile(options.record, terminal.stdin);
  const resources = await previewIn(options);
  const found = await simulatePolicy(
    {
      ...{ policy, known: KNOWN, approveAll: options.approveAll === true },
      preview: (plan) => resources.preview(resourceCall({ rules: RULES }, plan), plan.change),
    },
    recordedRuns(record.decisions, record.inputs),
  );
  const writer = new LineWriter(terminal.stdout);
  for (const each of found)
    await writer.lines(options.json ? [jsonText(simulatedJson(each))] : describeSimulated(each));
  if (!options.json) await writer.lines(describeTotal(found));
  refuseDamaged(record);
};

/** What a policy would have made of a part of the past is no answer about all of it. */
const refuseDamaged = (record: AuditRecord): void => {
  const { faults } = verifyAudit(record);
  if (faults.length === 0) return;
  const more = faults.length === 1 ? '' : ` and ${faults.length - 1} more`;
  throw new GateReachedError(
    `the record is incomplete or was changed (${faults[0]?.message}${more}): the result covers only what is left; export it again`,
  );
};

/** `forestall policy try`: a policy against the recorded past, before it is enabled. */
export const tryCommand = (terminal: Terminal): Command =>
  new Command('try')
    .description('show what a policy would have made of recorded remediations; nothing is changed')
    .argument('<file>', 'JSON file of the policy, or - for standard input')
    .requiredOption('--record <file>', 'an export of `forestall audit export`, - for stdin')
    .option('--approve-all', 'as if people approved every plan (default: those that they approved in fact)')
    .option('--region <region>', 'region in the calls that are shown', '{region}')
    .option('--account <account>', 'account in the calls that are shown', '{account}')
    .option('--json', 'print one JSON object per line and remediation')
    .action((file: string, options: Options) => tryPolicy(file, options, terminal));
