import { Command } from 'commander';
import * as z from 'zod';
import { InvalidInputError } from '../../../core/shared/errors.ts';
import type { SettingsAnswer } from '../../api-client/answers.ts';
import { readJsonFile } from '../../input/json-file.ts';
import { jsonText } from '../../terminal/clean-text.ts';
import { formatCount } from '../../terminal/format.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import { printLine, printLines } from '../../terminal/writer.ts';
import { type ConnectionOptions, connect, withConnection } from '../shared/connection-options.ts';

interface Options extends ConnectionOptions {
  readonly json?: true;
}

/** The API checks everything else, and names each field that it rejects. */
const SettingsFile = z.looseObject({ version: z.number().int().optional() });
const EXPECTED = 'settings as `forestall settings show` prints them';

const summaryOf = ({ version, thresholds, detection, maintenance, readings }: SettingsAnswer): string => {
  const rules = [
    formatCount(thresholds.length, 'threshold'),
    formatCount(detection.length, 'detection rule'),
    formatCount(maintenance.length, 'maintenance window'),
    formatCount(readings.length, 'reading'),
  ];
  return `settings stored as version ${version}: ${rules.join(', ')}`;
};

/** Indented, so that it can be edited. */
const show = async ({ json, ...connection }: Options, terminal: Terminal): Promise<void> => {
  const settings = await connect(connection, terminal).settings();
  if (json) printLine(terminal.stdout, jsonText(settings));
  else printLines(terminal.stdout, jsonText(settings, 2));
};

/** A file without a version, such as one under version control, replaces whatever is stored. */
const set = async (file: string, { json, ...connection }: Options, terminal: Terminal): Promise<void> => {
  const given = SettingsFile.safeParse(await readJsonFile(file, terminal.stdin, EXPECTED));
  if (!given.success) throw new InvalidInputError(`${file}: expected ${EXPECTED}`);
  const client = connect(connection, terminal);
  const version = given.data.version ?? (await client.settings()).version;
  const stored = await client.replaceSettings({ ...given.data, version });
  printLine(terminal.stdout, json ? jsonText(stored) : summaryOf(stored));
};

const showCommand = (terminal: Terminal): Command =>
  withConnection(new Command('show'))
    .description("print the tenant's settings as JSON, to edit them")
    .option('--json', 'print them in one line')
    .action((options: Options) => show(options, terminal));

const setCommand = (terminal: Terminal): Command =>
  withConnection(new Command('set'))
    .description("replace all of the tenant's settings by those of a file")
    .argument('<file>', 'JSON file, or - for standard input')
    .option('--json', 'print the stored settings in one line')
    .action((file: string, options: Options) => set(file, options, terminal));

/** `forestall settings`: thresholds, detection, maintenance, readings, time zone and identity of a tenant. */
export const settingsCommand = (terminal: Terminal): Command =>
  new Command('settings')
    .description('show and replace the settings of the tenant')
    .addCommand(showCommand(terminal), { isDefault: true })
    .addCommand(setCommand(terminal));
