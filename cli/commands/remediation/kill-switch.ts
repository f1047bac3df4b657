import { Command } from 'commander';
import type { KillSwitchAnswer } from '../../api-client/remediation-answers.ts';
import { jsonText } from '../../terminal/clean-text.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import { printLine } from '../../terminal/writer.ts';
import { type ConnectionOptions, withConnection } from '../shared/connection-options.ts';
import { connectRemediation } from './remediation-connection.ts';

interface Options extends ConnectionOptions {
  readonly json?: true;
}
interface SetOptions extends Options {
  readonly reason: string;
}

const describe = ({ on, reason, by, at }: KillSwitchAnswer): string => {
  const since = at === undefined ? '' : ` since ${at} (${by}: ${reason})`;
  return on ? `the kill switch is on${since}: no action runs` : `the kill switch is off${since}`;
};

const print = (answer: KillSwitchAnswer, json: true | undefined, terminal: Terminal): void =>
  printLine(terminal.stdout, json ? jsonText(answer) : describe(answer));

const show = async ({ json, ...connection }: Options, terminal: Terminal): Promise<void> =>
  print(await connectRemediation(connection, terminal).killSwitch(), json, terminal);

const set = async (on: boolean, { json, reason, ...connection }: SetOptions, terminal: Terminal) =>
  print(await connectRemediation(connection, terminal).setKillSwitch(on, reason), json, terminal);

const setCommand = (word: 'on' | 'off', description: string, terminal: Terminal): Command =>
  withConnection(new Command(word))
    .description(description)
    .requiredOption('--reason <text>', 'reason, recorded with the decision')
    .option('--json', 'print one JSON object')
    .action((options: SetOptions) => set(word === 'on', options, terminal));

/** `forestall kill-switch [show|on|off]`: stops all actions of a tenant at once. */
export const killSwitchCommand = (terminal: Terminal): Command =>
  new Command('kill-switch')
    .description('stop all remediation at once')
    .addCommand(
      withConnection(new Command('show'))
        .description('print whether all actions are stopped')
        .option('--json', 'print one JSON object')
        .action((options: Options) => show(options, terminal)),
      { isDefault: true },
    )
    .addCommand(setCommand('on', 'stop all actions at once', terminal))
    .addCommand(setCommand('off', 'allow actions again; needs a person who may approve', terminal));
