import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  ELSEWHERE,
  MENTIONS,
  OF_DEVELOPERS,
  OF_OPERATORS,
  ON_A_DEPLOYMENT,
  ON_FILES,
  README_COMMANDS,
} from '../e2e/command-lines.ts';
import { subcommandsOf } from './command-words.ts';
import { documentedCommands, npmScripts } from './documented-commands.ts';
import { root } from './source-tree.ts';

const documented = documentedCommands();
const usages = documented.filter(({ command }) => /^(?:npx )?forestall [a-z]/.test(command));
const others = documented.filter((one) => !usages.includes(one));
const isForestall = (line: string): boolean => /^(?:npx )?forestall [a-z]/.test(line);
const forestallRuns = [...ON_FILES, ...ON_A_DEPLOYMENT, ...Object.keys(README_COMMANDS)].filter(isForestall);
const optionsIn = (text: string): readonly string[] => text.match(/--[a-z][a-z-]*/g) ?? [];

/** Every bench runs in quick-benches.test.ts; a group without a word lists. */
const wordsOf = (words: string): string =>
  words.startsWith('bench') ? 'bench' : words.replace(/ list$/, '');
const runsOf = (words: string): readonly string[] =>
  forestallRuns.filter((line) => subcommandsOf(line).some((own) => wordsOf(own) === wordsOf(words)));

describe('every documented command has a run', () => {
  it.each(usages)('$command', ({ command }) => {
    for (const words of subcommandsOf(command)) {
      const runs = runsOf(words);
      expect(runs, words).not.toEqual([]);
      const used = new Set(runs.flatMap(optionsIn));
      expect(optionsIn(command).filter((option) => !used.has(option))).toEqual([]);
    }
  });

  it.each(others)('$document: $command', ({ command }) => {
    const tables = [OF_DEVELOPERS, OF_OPERATORS, ELSEWHERE, README_COMMANDS];
    const known = [...ON_FILES, ...MENTIONS, ...tables.flatMap((table) => Object.keys(table))];
    expect(known).toContain(command);
  });

  it('and no run is of a command that is documented no more', () => {
    const known = new Set([
      ...documented.map(({ command }) => command),
      ...Object.keys(npmScripts()).map((name) => `npm run ${name}`),
    ]);
    const declared = [OF_DEVELOPERS, OF_OPERATORS, ELSEWHERE].flatMap((table) => Object.keys(table));
    expect([...declared, ...MENTIONS].filter((command) => !known.has(command))).toEqual([]);
  });
});

describe('every npm script has a run', () => {
  const runs = [...Object.values(OF_DEVELOPERS), ...Object.keys(ELSEWHERE), ...Object.keys(README_COMMANDS)];
  it.each(Object.keys(npmScripts()))('npm run %s', (name) => {
    const script = new RegExp(`\\bnpm (?:run )?(?:--silent )?${name}(?![\\w:])`);
    expect(runs.some((line) => script.test(line))).toBe(true);
  });
});

describe('runs elsewhere', () => {
  it.each(Object.entries(ELSEWHERE))('%s', (_, [file, text]) => {
    expect(readFileSync(join(root, file), 'utf8')).toContain(text);
  });
});
