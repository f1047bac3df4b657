import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { Command, Option } from 'commander';
import type { OperatorClients } from '../../../adapters/platform/deployment/clients.ts';
import type { TargetTable } from '../../../adapters/platform/deployment/table-copy.ts';
import { copyTable } from '../../../core/platform/restore/copy-table.ts';
import type { CopyMode, CopyState } from '../../../core/platform/restore/ports.ts';
import { ForestallError, InvalidInputError } from '../../../core/shared/errors.ts';
import { jsonText } from '../../terminal/clean-text.ts';
import { formatCount } from '../../terminal/format.ts';
import { startProgress } from '../../terminal/progress.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import { printLine } from '../../terminal/writer.ts';
import { awsAccess, unreachable } from './aws-access.ts';
import { fileJournal } from './copy-journal.ts';

interface Options {
  readonly from: string;
  readonly stage: string;
  readonly region?: string;
  readonly force?: true;
  readonly onlyMissing?: true;
  readonly json?: true;
}

const modeOf = ({ force, onlyMissing }: Options): CopyMode => {
  if (force) return 'overwrite';
  return onlyMissing ? 'only-missing' : 'empty';
};

const describe = ({ written, kept, expired }: CopyState): string =>
  [
    `${formatCount(written, 'item')} copied`,
    ...(kept > 0 ? [`${formatCount(kept, 'was', 'were')} there and stayed as they were`] : []),
    ...(expired > 0 ? [`${expired.toLocaleString('en-US')} omitted because they expired`] : []),
  ].join(', ');

const copy = async (
  clients: OperatorClients,
  target: TargetTable,
  options: Options,
  terminal: Terminal,
): Promise<CopyState> => {
  // Loaded on demand: other commands need no client of DynamoDB.
  const { describeCopy, lostEndsOf, tableSource, tableTarget } = await import(
    '../../../adapters/platform/deployment/table-copy.ts'
  );
  const { defaultPace } = await import('../../../adapters/aws/paced-retry.ts');
  const progress = startProgress(terminal, 'copying', await describeCopy(clients.tables, options.from));
  const path = resolve(`restore-${target.tableName}-from-${options.from}.json`);
  try {
    const state = await copyTable({
      source: tableSource(clients.tables, options.from),
      target: tableTarget(clients.tables, target, defaultPace),
      journal: fileJournal(path),
      mode: modeOf(options),
      now: Math.floor(Date.now() / 1000),
      onPage: (items) => progress.advance(items),
    });
    const lost = lostEndsOf(target.name);
    if (lost !== undefined) printLine(terminal.stderr, `forestall: ${lost}`);
    return state;
  } catch (error) {
    if (existsSync(path))
      printLine(terminal.stderr, `forestall: run the same command again in this folder to resume (${path})`);
    throw error;
  } finally {
    progress.stop();
  }
};

const run = async (name: string, options: Options, terminal: Terminal): Promise<void> => {
  const { makeOperatorClients } = await import('../../../adapters/platform/deployment/clients.ts');
  const { readStageStacks } = await import('../../../adapters/platform/deployment/stage-stacks.ts');
  const { findTable } = await import('../../../adapters/platform/deployment/table-copy.ts');
  const clients = makeOperatorClients(awsAccess(options, terminal.env));
  const table = await findTable(readStageStacks(clients.stacks, options.stage), name).catch(
    (error: unknown) => {
      throw error instanceof ForestallError ? error : unreachable(error);
    },
  );
  if (table === options.from) throw new InvalidInputError(`--from: ${table} is the table itself`);
  const state = await copy(clients, { name, tableName: table }, options, terminal);
  const { written, kept, expired } = state;
  printLine(
    terminal.stdout,
    options.json
      ? jsonText({ table, from: options.from, written, kept, expired })
      : `${name} (${table}): ${describe(state)}`,
  );
};

/** `forestall restore`: copies a restored table back into the table that the stage uses. */
export const restoreCommand = (terminal: Terminal): Command =>
  new Command('restore')
    .description('copy a table restored by DynamoDB back into the table of a stage; resumes if interrupted')
    .argument('<table>', 'table of the stage, such as Blocks or Incidents')
    .requiredOption('--from <copy>', 'name of the restored table')
    .requiredOption('--stage <stage>', 'stage of the table, such as prod')
    .option('--region <region>', 'AWS region (default: as for the AWS CLI)')
    .addOption(
      new Option('--only-missing', 'add the items that the table lacks, and change no other').conflicts(
        'force',
      ),
    )
    .option(
      '--force',
      'replace items with the same key; items that the copy lacks, and API keys that were revoked or replaced, stay',
    )
    .option('--json', 'print one JSON object')
    .action((name: string, options: Options) => run(name, options, terminal));
