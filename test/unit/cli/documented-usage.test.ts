/** Each line of usage in docs/cli.md names exactly the options that the command accepts. */
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { NAMES, WITHOUT_DATA } from '../../../cli/commands/bench/bench.ts';
import { buildProgram } from '../../../cli/program.ts';
import { subcommandsOf } from '../../architecture/command-words.ts';
import { documentedCommands } from '../../architecture/documented-commands.ts';
import { fakeTerminal } from './fake-terminal.ts';

/** The documents state once that these apply to every command that calls a deployment. */
const CONNECTION: ReadonlySet<string> = new Set(['--url', '--key-file', '--key', '--allow-http']);

const usages = documentedCommands().filter(
  ({ document, command }) => document === 'docs/cli.md' && /^forestall \w/.test(command),
);

/** Commands without subcommands of their own, by their words, and groups that act without one. */
const leavesOf = (command: Command, words: readonly string[] = []): (readonly [string, Command])[] => [
  ...(command.commands.length === 0 ? [[words.join(' '), command] as const] : []),
  ...command.commands.flatMap((child) => leavesOf(child, [...words, child.name()])),
];
const leaves = new Map(leavesOf(buildProgram(fakeTerminal())));

const optionsIn = (text: string): string[] => text.match(/--[a-z][a-z-]*/g) ?? [];

describe('docs/cli.md', () => {
  it('has a line of usage for each command', () => {
    const documented = new Set(usages.flatMap(({ command }) => subcommandsOf(command)));
    const missing = [...leaves.keys()].filter(
      (words) => !documented.has(words.replace(/^bench$/, 'bench all')),
    );
    expect(missing).toEqual([]);
  });

  it.each([...leaves])('names the options of %s', (words, leaf) => {
    const documented = usages
      .filter(({ command }) =>
        subcommandsOf(command).some((one) => one.replace(/^bench .*/, 'bench') === words),
      )
      .flatMap(({ command }) => optionsIn(command));
    const accepted = leaf.options.map(({ long }) => long ?? '');
    const expected = accepted.filter((option) => documented.includes(option) || !CONNECTION.has(option));
    expect([...new Set(documented)].sort()).toEqual(expected.sort());
  });

  it('lists every bench, those without data apart', () => {
    const benches = usages.filter(({ command }) => command.startsWith('forestall bench ['));
    const namesOf = (withData: boolean): Set<string> =>
      new Set(
        benches
          .filter(({ command }) => command.includes('--data') === withData)
          .flatMap(({ command }) => subcommandsOf(command))
          .filter((words) => words.startsWith('bench '))
          .map((words) => words.replace('bench ', '')),
      );
    expect(namesOf(false)).toEqual(WITHOUT_DATA);
    expect(namesOf(true)).toEqual(new Set([...NAMES.filter((name) => !WITHOUT_DATA.has(name)), 'all']));
  });
});
