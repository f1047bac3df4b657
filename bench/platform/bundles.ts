/** Measures the size of each bundle and the cost of importing it in a fresh process: our share of a cold start. */

import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import * as z from 'zod';
import { Quotas } from '../../core/platform/api/quotas.ts';
import { median } from '../../core/shared/maths/averages.ts';
import { folderOf } from '../../functions/build.ts';

export interface BundleFigures {
  readonly name: string;
  readonly kilobytes: number;
  readonly gzipKilobytes: number;
  /** Median over the runs; CPU is user plus system time of the importing process. */
  readonly importCpuMs: number;
  readonly importWallMs: number;
}

/** Set for every function by Lambda and by the construct of all functions. */
const STANDARD_ENVIRONMENT = {
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'none',
  AWS_SECRET_ACCESS_KEY: 'none',
  AWS_LAMBDA_FUNCTION_NAME: 'bench',
  STAGE: 'bench',
  POWERTOOLS_SERVICE_NAME: 'bench',
  POWERTOOLS_METRICS_NAMESPACE: 'Forestall',
  POWERTOOLS_LOG_LEVEL: 'INFO',
  NODE_OPTIONS: '--enable-source-maps',
};

const ANY_QUOTAS = JSON.stringify(Object.fromEntries(Object.keys(Quotas.shape).map((name) => [name, 1])));

const ANY_SECRETS = JSON.stringify([{ name: 'bench', arn: 'bench', kind: 'signing' }]);

/** Settings of a stage as JSON, by the name of their schema. */
const ANY_SETTINGS: Readonly<Record<string, unknown>> = {
  RemediationCeiling: { maxStage: 'observe', actions: [], maxUnitsPerRun: 1, maxActionsPerHour: 1 },
  Pace: { secondsPerMinute: 60, checkSeconds: 20 },
  StageIntegrations: [],
  StageClusters: [],
};

const sampleOf = (schema: string): string => {
  if (/^(?:Own|Rotated)SecretsJson/.test(schema)) return ANY_SECRETS;
  if (schema.startsWith('QuotasJson')) return ANY_QUOTAS;
  if (schema.startsWith('jsonText(z.array')) return '[]';
  const [, name = ''] = /^jsonText\((\w+)/.exec(schema) ?? [];
  if (name !== '') return JSON.stringify(ANY_SETTINGS[name] ?? {});
  return schema.includes('number()') ? '1000' : 'bench';
};

/**
 * The variables that a function's `index.ts` reads, each with a value of its kind. Importing needs them present and
 * calls nothing. They are read from the source, so that a new variable cannot be forgotten here.
 */
const environmentOf = (name: string): Readonly<Record<string, string>> => {
  const source = readFileSync(join(folderOf(name), 'index.ts'), 'utf8');
  const variables = [...source.matchAll(/\b([A-Z]+(?:_[A-Z]+)+): (\w[^,}]*)/g)].map(
    ([, variable = '', schema = '']) => [variable, sampleOf(schema)] as const,
  );
  return { ...STANDARD_ENVIRONMENT, ...Object.fromEntries(variables) };
};

const PROBE = `
const cpu = process.cpuUsage(), start = performance.now();
const { handler } = await import(process.argv[1]);
const { user, system } = process.cpuUsage(cpu);
if (typeof handler !== 'function') throw new Error('the bundle exports no handler');
process.stdout.write(JSON.stringify({ cpuMs: (user + system) / 1000, wallMs: performance.now() - start }));
process.exit(0);`;

const Sample = z.object({ cpuMs: z.number(), wallMs: z.number() });

const importOnce = (name: string, file: string): z.infer<typeof Sample> => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', PROBE, file], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, ...environmentOf(name) },
  });
  if (status !== 0) throw new Error(`Importing ${file} failed:\n${stderr}`);
  return Sample.parse(JSON.parse(stdout.trim().split('\n').at(-1) ?? ''));
};

const measure = (directory: string, name: string, runs: number): BundleFigures => {
  const file = resolve(directory, name, 'index.mjs');
  importOnce(name, file);
  const samples = Array.from({ length: runs }, () => importOnce(name, file));
  return {
    name,
    kilobytes: statSync(file).size / 1024,
    gzipKilobytes: gzipSync(readFileSync(file)).length / 1024,
    importCpuMs: median(samples.map(({ cpuMs }) => cpuMs)),
    importWallMs: median(samples.map(({ wallMs }) => wallMs)),
  };
};

const listBundles = (directory: string): string[] => {
  const names = readdirSync(directory, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return names
    .map(({ name }) => name)
    .filter((name) => statSync(join(directory, name, 'index.mjs'), { throwIfNoEntry: false }));
};

const row = (name: string, cells: readonly string[]): string =>
  `${name.padEnd(22)}${cells.map((cell) => cell.padStart(10)).join('')}\n`;

const print = (figures: readonly BundleFigures[], runs: number): void => {
  process.stdout.write(`Import in a fresh Node ${process.versions.node}, median of ${runs}\n`);
  process.stdout.write(row('function', ['KB', 'gzip KB', 'CPU ms', 'wall ms']));
  for (const { name, kilobytes, gzipKilobytes, importCpuMs, importWallMs } of figures) {
    const cells = [kilobytes, gzipKilobytes, importCpuMs, importWallMs].map((value) => value.toFixed(1));
    process.stdout.write(row(name, cells));
  }
};

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    runs: { type: 'string', default: '7' },
    dist: { type: 'string', default: 'dist' },
  },
});
const runs = z.coerce.number().int().positive().parse(values.runs);
const figures = listBundles(values.dist).map((name) => measure(values.dist, name, runs));
if (figures.length === 0) throw new Error(`No bundles in ${values.dist}: build them with "npm run build".`);
if (values.json) process.stdout.write(`${JSON.stringify({ node: process.versions.node, runs, figures })}\n`);
else print(figures, runs);
