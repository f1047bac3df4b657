import { describe, expect, it } from 'vitest';
import { sourcesUnder } from './source-tree.ts';

const FOLDERS = ['adapters', 'bench', 'bin', 'cli', 'core', 'functions', 'lib', 'local'];
const MAX_FILE_LINES = 300;
const MAX_FUNCTION_LINES = 50;

/** A top-level `const name = (...) => {` or `function name(` and the lines to its closing brace in column 0. */
const longFunctions = (text: string): readonly string[] => {
  const lines = text.split('\n');
  const starts = /^(?:export )?(?:async )?(?:const (\w+) = .*=> \{|function\*? (\w+)\()/;
  return lines.flatMap((line, index) => {
    const match = starts.exec(line);
    if (!match) return [];
    const length = lines.slice(index).findIndex((later) => /^\}/.test(later)) + 1;
    return length > MAX_FUNCTION_LINES ? [`${match[1] ?? match[2]} (${length})`] : [];
  });
};

describe('sizes of the conventions', () => {
  it(`no source file is longer than ${MAX_FILE_LINES} lines`, () => {
    const long = sourcesUnder(...FOLDERS)
      .map(({ path, text }) => ({ path, lines: text.split('\n').length - 1 }))
      .filter(({ lines }) => lines > MAX_FILE_LINES);
    expect(long).toEqual([]);
  });

  it(`no function is longer than ${MAX_FUNCTION_LINES} lines`, () => {
    const long = sourcesUnder(...FOLDERS).flatMap(({ path, text }) =>
      longFunctions(text).map((name) => `${path}: ${name}`),
    );
    expect(long).toEqual([]);
  });

  it('no file is named for nothing', () => {
    const vague = /(?:^|\/)(?:[\w-]*-)?(?:utils?|helpers?|managers?|misc|common)\.ts$/;
    expect(sourcesUnder(...FOLDERS).filter(({ path }) => vague.test(path))).toEqual([]);
  });
});
