import { type Command, CommanderError } from 'commander';
import { InvalidInputError } from '../core/shared/errors.ts';
import { EXIT, GateReachedError } from './terminal/exit-codes.ts';
import type { Terminal } from './terminal/terminal.ts';
import { printLines } from './terminal/writer.ts';

const TOO_MANY = /too many arguments for '[^']*'\. Expected \d+ arguments? but got \d+: ([^,\n]*)(?:,.*)?$/m;

/**
 * Commander takes an unknown word as an argument of the default subcommand and names that one: `incidents foo` has "too
 * many arguments for 'list'". This names the word and the subcommands that there are.
 */
const nameUnknown = (text: string, command: Command): string => {
  const { parent } = command;
  const isChosen = parent?.args.includes(command.name());
  if (parent?.parent == null || isChosen || command.registeredArguments.length > 0) return text;
  const names = parent.commands.map((child) => child.name()).join(', ');
  return text.replace(
    TOO_MANY,
    (_, words: string) => `${parent.name()}: found "${words.replace(/\.$/, '')}", expected one of ${names}`,
  );
};

/** Makes commander throw instead of exiting, for a command and its subcommands, and print to the terminal. */
const captureOutput = (command: Command, terminal: Terminal): void => {
  command.exitOverride();
  command.showHelpAfterError('(run with --help for usage)');
  command.configureOutput({
    writeOut: (text) => printLines(terminal.stdout, text.replace(/\n$/, '')),
    writeErr: (text) =>
      printLines(
        terminal.stderr,
        nameUnknown(text.replace(/\n$/, ''), command).replace(/^error: /, 'forestall: '),
      ),
    getOutHelpWidth: () => terminal.columns,
    getErrHelpWidth: () => terminal.columns,
  });
  for (const child of command.commands) captureOutput(child, terminal);
};

const isClosedPipe = (error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  (error.code === 'EPIPE' || error.code === 'ERR_STREAM_DESTROYED');

const report = (error: unknown, terminal: Terminal): number => {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  // The reader (`| head`) closed the pipe: not a failure.
  if (isClosedPipe(error)) return EXIT.ok;
  const message = error instanceof Error ? error.message : String(error);
  const trace = terminal.env.FORESTALL_DEBUG && error instanceof Error ? `\n${error.stack}` : '';
  printLines(terminal.stderr, `forestall: ${message}${trace}`);
  if (error instanceof GateReachedError) return EXIT.gate;
  return error instanceof InvalidInputError ? EXIT.usage : EXIT.failure;
};

/** Runs a command line and returns the exit code. An error prints one message on stderr. */
export const runProgram = async (
  program: Command,
  words: readonly string[],
  terminal: Terminal,
): Promise<number> => {
  captureOutput(program, terminal);
  try {
    await program.parseAsync([...words], { from: 'user' });
    return EXIT.ok;
  } catch (error) {
    return report(error, terminal);
  }
};
