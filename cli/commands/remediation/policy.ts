import { Command } from 'commander';
import * as z from 'zod';
import { ALERT_TYPES } from '../../../core/remediation/alerts/alert-types.ts';
import { CATALOGUE } from '../../../core/remediation/catalogue/catalogue.ts';
import { checkPolicy } from '../../../core/remediation/gate/policy/check-policy.ts';
import { RemediationPolicy } from '../../../core/remediation/policy.ts';
import { describeIssues } from '../../../core/shared/describe-issues.ts';
import { InvalidInputError } from '../../../core/shared/errors.ts';
import { readJsonFile } from '../../input/json-file.ts';
import { jsonText } from '../../terminal/clean-text.ts';
import { formatCount } from '../../terminal/format.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import { printLine, printLines } from '../../terminal/writer.ts';
import { type ConnectionOptions, withConnection } from '../shared/connection-options.ts';
import { connectRemediation } from './remediation-connection.ts';

interface Options extends ConnectionOptions {
  readonly json?: true;
}

const EXPECTED = 'a policy, as `forestall policy show` prints it';

/** With the version under which it was shown, or the policy alone. */
const PolicyFile = z.union([
  z.strictObject({ version: z.number().int(), policy: z.looseObject({}) }),
  z.looseObject({ environments: z.unknown() }).transform((policy) => ({ version: undefined, policy })),
]);

const readPolicy = async (file: string, terminal: Terminal) => {
  const given = PolicyFile.safeParse(await readJsonFile(file, terminal.stdin, EXPECTED));
  if (!given.success) throw new InvalidInputError(`${file}: expected ${EXPECTED}`);
  const policy = RemediationPolicy.safeParse(given.data.policy);
  if (!policy.success) throw new InvalidInputError(`${file}: ${describeIssues(policy.error)}`);
  const faults = checkPolicy(policy.data, CATALOGUE, ALERT_TYPES);
  if (faults.length > 0) throw new InvalidInputError(`${file}: ${faults.join('; ')}`);
  return { version: given.data.version, policy: policy.data };
};

const summaryOf = ({ environments, resources, alerts }: RemediationPolicy): string =>
  [
    formatCount(Object.keys(environments).length, 'environment'),
    formatCount(resources.length, 'resource'),
    formatCount(alerts.length, 'mapped alert'),
  ].join(', ');

/** Indented, so that it can be edited. */
const show = async ({ json, ...connection }: Options, terminal: Terminal): Promise<void> => {
  const policy = await connectRemediation(connection, terminal).policy();
  if (json) printLine(terminal.stdout, jsonText(policy));
  else printLines(terminal.stdout, jsonText(policy, 2));
};

/** A file without a version, such as one under version control, replaces whatever is stored. */
const set = async (file: string, { json, ...connection }: Options, terminal: Terminal): Promise<void> => {
  const given = await readPolicy(file, terminal);
  const client = connectRemediation(connection, terminal);
  const version = given.version ?? (await client.policy()).version;
  const stored = await client.replacePolicy(version, given.policy);
  const text = `policy stored as version ${stored.version}: ${summaryOf(given.policy)}`;
  printLine(terminal.stdout, json ? jsonText(stored) : text);
};

const check = async (file: string, terminal: Terminal): Promise<void> => {
  const { policy } = await readPolicy(file, terminal);
  printLine(terminal.stdout, `the policy is valid: ${summaryOf(policy)}`);
};

const showCommand = (terminal: Terminal): Command =>
  withConnection(new Command('show'))
    .description("print the tenant's remediation policy as JSON, to edit it")
    .option('--json', 'print it in one line')
    .action((options: Options) => show(options, terminal));

const setCommand = (terminal: Terminal): Command =>
  withConnection(new Command('set'))
    .description(
      'replace the policy by that of a file; allowing more than before needs a person who may approve',
    )
    .argument('<file>', 'JSON file, or - for standard input')
    .option('--json', 'print the stored policy in one line')
    .action((file: string, options: Options) => set(file, options, terminal));

const checkCommand = (terminal: Terminal): Command =>
  new Command('check')
    .description('check the policy of a file without a deployment')
    .argument('<file>', 'JSON file, or - for standard input')
    .action((file: string) => check(file, terminal));

/** `forestall policy [show|set|check]`: what the owner of a tenant allows remediation to do. */
export const policyCommand = (terminal: Terminal): Command =>
  new Command('policy')
    .description('show, replace and check what remediation may do')
    .addCommand(showCommand(terminal), { isDefault: true })
    .addCommand(setCommand(terminal))
    .addCommand(checkCommand(terminal));
