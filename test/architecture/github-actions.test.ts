import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { root } from './source-tree.ts';

const workflows = readdirSync(join(root, '.github'), { recursive: true, encoding: 'utf8' })
  .filter((path) => /\.ya?ml$/.test(path))
  .map((path) => ({ path, text: readFileSync(join(root, '.github', path), 'utf8') }));
const textOf = (name: string): string => workflows.find(({ path }) => path.endsWith(name))?.text ?? '';

/** A commit, and the version that it is in a comment, which Dependabot keeps up to date. */
const PINNED = /^[\w.-]+(?:\/[\w.-]+)+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/;

const usesIn = (text: string): readonly string[] =>
  [...text.matchAll(/^\s*(?:- )?["']?uses["']?\s*:\s*(.*)$/gm)].map(([, action = '']) => action.trim());

const unpinned = (text: string): readonly string[] => usesIn(text).filter((action) => !PINNED.test(action));

/** Steps of a workflow as text. */
const stepsOf = (text: string): readonly string[] => text.split(/^ {6}- /m).slice(1);

describe('actions of GitHub', () => {
  it('are fixed to commits, because whoever owns a tag can move it', () => {
    expect(workflows.flatMap(({ text }) => usesIn(text)).length).toBeGreaterThan(5);
    expect(workflows.flatMap(({ text }) => unpinned(text))).toEqual([]);
  });

  const COMMIT = '11bd71901bbe5b1630ceea73d27597364c9af683';
  it.each([
    'uses: actions/checkout@v4',
    'uses: actions/checkout@main # v4.2.2',
    `uses: actions/checkout@${COMMIT}`,
    `uses: actions/checkout@${COMMIT} # v4`,
    `uses: actions/checkout@${COMMIT.slice(0, 39)} # v4.2.2`,
    'uses: docker://alpine:3',
    '"uses": actions/checkout@v4',
  ])('a planted one is found: %s', (planted) => {
    expect(unpinned(`      - ${planted}\n`)).toHaveLength(1);
    expect(unpinned(`      - name: x\n        ${planted}\n`)).toHaveLength(1);
  });

  it('do not keep the token of the workflow for later steps', () => {
    for (const { text } of workflows)
      for (const step of stepsOf(text).filter((each) => each.includes('actions/checkout@')))
        expect(step).toContain('persist-credentials: false');
  });
});

describe('the workflow ci', () => {
  it('asks for known vulnerabilities of all packages, also those that build', () => {
    expect(textOf('ci.yml')).toMatch(/npm audit/);
    expect(textOf('ci.yml')).not.toMatch(/npm audit.*(?:--omit|--production|\|\|)/);
  });

  it('builds the bill of materials', () => {
    expect(textOf('ci.yml')).toMatch(/npm run sbom/);
  });
});

describe('the release key', () => {
  const steps = workflows.flatMap(({ text }) => stepsOf(text)).filter((step) => /secrets\./.test(step));
  const script = (steps[0]?.split('run: |\n')[1] ?? '').replaceAll(/^ {10}/gm, '');
  let folder = '';

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'forestall-release-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('reaches one step', () => {
    expect(steps).toHaveLength(1);
    expect(steps[0]).toContain('Build and sign');
  });

  it.each([0, 1])('is gone after this step, if signing ends with %i', (status) => {
    const npm = join(folder, 'npm');
    writeFileSync(npm, `#!/bin/sh\ncat "$RUNNER_TEMP/key" > "$RUNNER_TEMP/seen"\nexit ${status}\n`);
    chmodSync(npm, 0o700);
    const PATH = [folder, process.env.PATH].join(delimiter);
    const env = { ...process.env, PATH, RUNNER_TEMP: folder, SIGNING_KEY: 'signing-key' };
    expect(spawnSync('bash', ['-e', '-c', script], { env }).status).toBe(status);
    expect(readFileSync(join(folder, 'seen'), 'utf8')).toBe('signing-key\n');
    expect(readdirSync(folder).toSorted()).toEqual(['npm', 'seen']);
  });
});
