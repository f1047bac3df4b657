/** Runs commands that the documents show, in a folder with the files that they read. */
import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { toolEnvironment } from '../../local/emulator/environment.ts';
import { assertionOf, metadataOf, posted, responseOf, signed } from '../fixtures/saml.ts';
import { selfSigned } from '../fixtures/self-signed-certificate.ts';
import {
  faultyWindow,
  graph,
  graphToCsv,
  normalRows,
  target,
  toCsv,
} from '../unit/incidents/diagnosis/sample-app.ts';
import { exportedDecisions } from './sample-decisions.ts';

const root = join(import.meta.dirname, '..', '..');

/** Without the variables of Vitest, which would reach the tests that some commands run. */
const withoutVitest = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^VITEST|^NODE_OPTIONS$|^TEST$/.test(name)),
);

export interface CommandShell {
  readonly root: string;
  readonly folder: string;
  /** Five minutes begin then: epoch seconds. */
  readonly now: number;
  /** Variables of the commands; may be extended. */
  readonly environment: Record<string, string>;
  /** Runs a command line, in `folder` unless told otherwise, and fails unless it exits 0; returns what it prints. */
  readonly run: (command: string, cwd?: string) => Promise<string>;
  /** Adds a command. */
  readonly executable: (name: string, command: string) => void;
  readonly remove: () => void;
}

/** AWS is the emulator at `port`. */
export const commandShell = (port: number): CommandShell => {
  const folder = mkdtempSync(join(tmpdir(), 'forestall-commands-'));
  const now = Math.floor(Date.now() / 300_000) * 300;
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  const tools = toolEnvironment(root, port, withoutVitest);
  const environment: Record<string, string> = {
    ...{ ...tools, ROOT: root, FOLDER: folder, NOW: String(now) },
    PATH: `${bin}:${tools.PATH}`,
  };
  const executable = (name: string, command: string): void =>
    writeFileSync(join(bin, name), `#!/bin/sh\nexec ${command} "$@"\n`, { mode: 0o755 });
  executable('forestall', `node ${join(root, 'cli/forestall.mjs')}`);
  const run = async (command: string, cwd = folder): Promise<string> => {
    const options = { cwd, env: environment, maxBuffer: 1e8 };
    return (await promisify(execFile)('bash', ['-o', 'pipefail', '-c', command], options)).stdout;
  };
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  return { root, folder, now, environment, run, executable, remove };
};

const wave = (index: number): string => (40 + 20 * Math.sin(index / 46) + (index % 7)).toFixed(2);

/** What the commands read. */
export const writeFiles = ({ folder, now }: CommandShell): void => {
  const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);
  const rowsOf = (count: number, step: number, of: (index: number) => string): string =>
    Array.from({ length: count }, (_, i) => `${now - (count - i) * step},${of(i)}\n`).join('');
  write('wave.csv', `timestamp,value\n${rowsOf(3 * 288, 300, wave)}`);
  write(
    'month.csv',
    `timestamp,value,uptime\n${rowsOf(40 * 24, 3600, (i) => `${wave(i)},${(i % 200) * 3600}`)}`,
  );
  write(
    'points.csv',
    `timestamp,target,metric,value\n${rowsOf(12, 300, (i) => `commands-host,disk_percent,${wave(i)}`)}`,
  );
  write('hours.csv', `timestamp,value\n${rowsOf(40 * 24, 3600, wave)}`);
  write('policy.json', JSON.stringify({ environments: { shop: { stage: 'suggest' } } }));
  write('calls.json', '[{"caller": "commands-host", "callee": "commands-db"}]');
  write('decisions.jsonl', exportedDecisions());
  write('graph.csv', graphToCsv(graph));
  write('window.csv', toCsv(faultyWindow('disk')));
  write('target.json', JSON.stringify(target()));
  write('normal.csv', toCsv(normalRows(60, -30_000)));
  const provider = selfSigned('idp');
  write('metadata.xml', metadataOf([provider]));
  write('response.txt', posted(signed(responseOf(assertionOf()), 'Assertion', provider)));
  copyFileSync(join(root, 'test/fixtures/changes/cdk-diff-coloured.txt'), join(folder, 'diff.txt'));
};
