import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { NAMES } from '../../cli/commands/bench/bench.ts';
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
import { commandsIn, documentedCommands, npmScripts } from './documented-commands.ts';
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
      const [, bench] = /^bench (.+)/.exec(words) ?? [];
      expect([...NAMES, 'all'], command).toEqual(expect.arrayContaining(bench === undefined ? [] : [bench]));
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

  it('no run is left for a command that is no longer documented', () => {
    const known = new Set([
      ...documented.map(({ command }) => command),
      ...Object.keys(npmScripts()).map((name) => `npm run ${name}`),
    ]);
    const declared = [OF_DEVELOPERS, OF_OPERATORS, ELSEWHERE].flatMap((table) => Object.keys(table));
    expect([...declared, ...MENTIONS].filter((command) => !known.has(command))).toEqual([]);
  });
});

/** The scripts that a line runs: `npm start`, `npm test` and `npm run [--silent] <script>`. */
const scriptsIn = (line: string): readonly string[] =>
  [...line.matchAll(/\bnpm (?:run (?:--silent )?([\w:]+)|(start|test))(?![\w:])/g)].map(
    ([, script, short]) => script ?? short ?? '',
  );

describe('every npm script has a run', () => {
  const runs = [...Object.values(OF_DEVELOPERS), ...Object.keys(ELSEWHERE), ...Object.keys(README_COMMANDS)];
  const run = new Set(runs.flatMap(scriptsIn));
  it.each(Object.keys(npmScripts()))('npm run %s', (name) => {
    expect(run).toContain(name);
  });

  it('a script is not run by a line that runs another one', () => {
    expect(scriptsIn('npm run lint && npm test')).toEqual(['lint', 'test']);
    expect(scriptsIn('npm run test:fast -- run')).toEqual(['test:fast']);
  });
});

describe('commands in a document', () => {
  it.each([
    ['```bash\nnpm run x\n```', 'npm run x'],
    ['```console\n$ npm run x\noutput\n```', 'npm run x'],
    ['```sh\n./tools/x.sh  # explained\n```', './tools/x.sh'],
    ['```sh\nSTAGE=dev npm run x\n```', 'npm run x'],
    ['```sh\ntool x\n```', 'tool x'],
    ['```\nnpm run x\n```', 'npm run x'],
    ['use `$ npm run x`', 'npm run x'],
    ['use `STAGE=dev npm run x`', 'npm run x'],
    ['use `cat x | forestall ingest -`', 'cat x | forestall ingest -'],
    ['use `python3 x.py`', 'python3 x.py'],
    ['use `curl https://example.com`', 'curl https://example.com'],
    ['use `./tools/x.sh`', './tools/x.sh'],
    ['| Command | Does |\n|---|---|\n| `explode FILE\\|-` | explodes |', 'forestall explode FILE|-'],
  ])('%s', (text, command) => {
    expect(commandsIn(text)).toEqual([command]);
  });

  it.each([
    'a `name` and `node`',
    '```json\nnpm run x\n```',
    '| Check | To do |\n|---|---|\n| `stacks` | x |',
  ])('none in %s', (text) => {
    expect(commandsIn(text)).toEqual([]);
  });
});

describe('runs elsewhere', () => {
  it.each(Object.entries(ELSEWHERE))('%s', (_, [file, text]) => {
    expect(readFileSync(join(root, file), 'utf8')).toContain(text);
  });
});
