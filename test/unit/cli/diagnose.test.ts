import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { diagnoseCommand } from '../../../cli/commands/incidents/diagnose.ts';
import { runProgram } from '../../../cli/run-program.ts';
import {
  faultyWindow,
  graph,
  graphToCsv,
  normalRows,
  target,
  toCsv,
} from '../incidents/diagnosis/sample-app.ts';
import { fakeTerminal } from './fake-terminal.ts';

const folder = mkdtempSync(join(tmpdir(), 'forestall-diagnose-'));
const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
const files = {
  graph: file('graph.csv', graphToCsv(graph)),
  window: file('metrics.csv', toCsv(faultyWindow('disk'))),
  target: file('target.json', JSON.stringify(target())),
  normal: file('normal.csv', toCsv(normalRows(60, -30_000))),
};

const run = async (...words: string[]) => {
  const terminal = fakeTerminal();
  const program = new Command('forestall').addCommand(diagnoseCommand(terminal));
  const code = await runProgram(program, ['diagnose', ...words], terminal);
  return { code, out: terminal.stdout.text, err: terminal.stderr.text };
};
const needed = ['--window', files.window, '--target', files.target];

describe('forestall diagnose', () => {
  it('--json prints the ranked causes and nothing else on stdout', async () => {
    const { code, out, err } = await run(
      '--graph',
      files.graph,
      ...needed,
      '--normal',
      files.normal,
      '--json',
    );
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const causes = JSON.parse(out);
    expect(Object.keys(causes[0])).toEqual(['node', 'score', 'confidence', 'evidence']);
    expect(causes[0].node).toBe('disk');
    expect(causes[0].evidence.length).toBeGreaterThan(2);
  });

  it('prints a table, the evidence and the limits of the answer', async () => {
    const { code, out } = await run('--graph', files.graph, ...needed);
    expect(code).toBe(0);
    expect(out).toMatch(
      /^Likely causes by excess blame.*\n\n# {2}node +score {2}confidence {2}band\n.*\n1 {2}disk /,
    );
    expect(out).toContain('\ndisk\n  - it carried ');
    expect(out).toContain('Limits of this answer:\n  - no normal data');
  });

  it('works without a graph and prints the limits of the answer on stderr', async () => {
    const { code, out, err } = await run(...needed, '--normal', files.normal, '--json');
    expect(code).toBe(0);
    expect(JSON.parse(out)[0].node).toBe('disk');
    expect(err).toContain('forestall: no call graph');
  });

  it('shows the first ten of many causes', async () => {
    const nodes = Array.from({ length: 12 }, (_, i) => `n${i}`);
    const head = ['microservice', 'metric', 'statistic', 'unix_timestamp'].map((name, i) =>
      [name, ...nodes.map((node) => [node, 'latency', 'Average', ''][i])].join(),
    );
    const rows = [0, 300, 600].map((time) => [time, ...nodes.map((_, i) => 1 + (time / 300) * i)].join());
    const window = file('wide.csv', [...head, ...rows].join('\n'));
    const alarm = file('wide.json', '{"node":"n5","metric":"latency","timestamp":300}');
    const { out } = await run('--window', window, '--target', alarm);
    expect(out).toContain('and 2 more (--json shows all)');
  });

  it.each([
    [
      ['--window', 'nowhere.csv', '--target', files.target],
      'nowhere.csv: no such file, expected a readable file or "-" for stdin',
    ],
    [['--window', folder, '--target', files.target], `${folder}: found a directory, expected a file`],
    [
      ['--window', files.graph, '--target', files.target],
      `graph.csv line 1: found an empty field, expected "microservice`,
    ],
    [['--window', files.window, '--target', files.graph], `graph.csv line 1: found text that is not JSON`],
    [
      ['--graph', file('other.csv', ',x\nx,\n'), ...needed],
      'other.csv line 1: found 1 other node, expected the target\'s node "site" among them',
    ],
    [
      [
        '--window',
        files.window,
        '--target',
        file('who.json', '{"node":"who","metric":"latency","timestamp":450}'),
      ],
      'metrics.csv line 1: found no column of that node, expected latency of the target\'s node "who"',
    ],
    [
      [
        '--target',
        file('site.json', '{"node":"a","metric":"availability","timestamp":450}'),
        '--window',
        file('a.csv', 'microservice,a\nmetric,latency\nstatistic,p50\nunix_timestamp,\n0,1\n'),
      ],
      'a.csv line 1: found no availability column of that node',
    ],
    [['--target', files.target], "required option '--window <file>' not specified"],
  ])('exits non-zero with one message for %j', async (words, message) => {
    const { code, out, err } = await run(...words);
    expect(code).toBe(2);
    expect(out).toBe('');
    expect(err).toContain(message);
    const hint = message.startsWith('required option') ? ['(run with --help for usage)'] : [];
    expect(err.trimEnd().split('\n').slice(1)).toEqual(hint);
  });
});
