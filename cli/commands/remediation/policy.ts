import { Command } from 'commander';
import type { RemediationPolicy } from '../../../core/remediation/policy.ts';
import { jsonText } from '../../terminal/clean-text.ts';
import { formatCount } from '../../terminal/format.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import { printLine, printLines } from '../../terminal/writer.ts';
import { type ConnectionOptions, withConnection } from '../shared/connection-options.ts';
import { readPolicy } from './policy-file.ts';
import { tryCommand } from './policy-try.ts';
import { connectRemediation } from './remediation-connection.ts';

interface Options extends ConnectionOptions {
  readonly json?: true;
}

const summaryOf = ({ environments, resources, alerts, objectives }: RemediationPolicy): string =>
  [
    formatCount(Object.keys(environments).length, 'environment'),
    formatCount(resources.length, 'resource'),
    formatCount(alerts.length, 'mapped alert'),
    formatCount(objectives.length, 'objective'),
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

/** `forestall policy [show|set|check|try]`: what the owner of a tenant allows remediation to do. */
export const policyCommand = (terminal: Terminal): Command =>
  new Command('policy')
    .description('show, replace, check and try what remediation may do')
    .addCommand(showCommand(terminal), { isDefault: true })
    .addCommand(setCommand(terminal))
    .addCommand(checkCommand(terminal))
    .addCommand(tryCommand(terminal));
