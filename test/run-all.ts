/**
 * `npm test`: types, lint, then every test layer; ends with one line "N passed, N failed[, N skipped]".
 * Each stage streams its own output, so that a long run shows its progress.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';

interface Tally {
  passed: number;
  failed: number;
  skipped: number;
}

/** The parts of vitest's JSON report that are read here. */
interface Report {
  numFailedTests: number;
  numPassedTests: number;
  numPendingTests: number;
  testResults: {
    name: string;
    status: string;
    message: string;
    assertionResults: { fullName: string; status: string; failureMessages: string[] }[];
  }[];
}

const root = join(import.meta.dirname, '..');
const reports = mkdtempSync(join(tmpdir(), 'forestall-test-'));

/** Every failure in full, printed again at the end, where a log that was cut still shows it. */
const failures: string[] = [];

const failuresOf = (report: Report): string[] =>
  report.testResults.flatMap(({ name, status, message, assertionResults }) => {
    const failed = assertionResults.filter((result) => result.status === 'failed');
    const file = relative(root, name);
    if (failed.length === 0) return status === 'failed' ? [`${file}\n${message}`] : [];
    return failed.map((result) => `${file} > ${result.fullName}\n${result.failureMessages.join('\n')}`);
  });

type Output = 'at once' | 'at its end';

/** Runs one of the project's own tools from node_modules/.bin; true when it exits 0. */
const run = async (
  title: string,
  command: string,
  args: readonly string[],
  output: Output = 'at once',
): Promise<boolean> => {
  const started = performance.now();
  const isKept = output === 'at its end';
  if (!isKept) console.log(`\n== ${title}`);
  const kept: Buffer[] = [];
  const child = spawn(join(root, 'node_modules', '.bin', command), args, {
    cwd: root,
    stdio: ['ignore', isKept ? 'pipe' : 'inherit', isKept ? 'pipe' : 'inherit'],
  });
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => kept.push(chunk));
  const status = await new Promise<number | null>((resolve) => {
    child.on('error', (error) => {
      console.error(`${command}: ${error.message}`);
      resolve(null);
    });
    child.on('close', resolve);
  });
  if (isKept) console.log(`\n== ${title}\n${Buffer.concat(kept)}`);
  console.log(
    `== ${title}: ${status === 0 ? 'ok' : 'FAILED'} in ${((performance.now() - started) / 1000).toFixed(1)} s`,
  );
  return status === 0;
};

const check = async (title: string, command: string, args: readonly string[]): Promise<Tally> => {
  const ok = await run(title, command, args);
  if (!ok) failures.push(title);
  return { passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0 };
};

/** The counts of a report; a run without one is one failure. */
const tallyOf = (path: string, projects: readonly string[], ok: boolean): Tally => {
  try {
    const counts: Report = JSON.parse(readFileSync(path, 'utf8'));
    failures.push(...failuresOf(counts));
    if (!ok && counts.numFailedTests === 0) failures.push(`tests: ${projects.join(', ')}`);
    // A file that fails to load has no failed test of its own, yet the run failed.
    const failed = ok ? counts.numFailedTests : Math.max(1, counts.numFailedTests);
    return { passed: counts.numPassedTests, failed, skipped: counts.numPendingTests };
  } catch (error) {
    console.error(`No test report at ${path}: ${String(error)}`);
    failures.push(`tests: ${projects.join(', ')}: no report`);
    return { passed: 0, failed: 1, skipped: 0 };
  }
};

/** Runs vitest projects. */
const layer = async (
  projects: readonly string[],
  { options = [], output }: { readonly options?: readonly string[]; readonly output?: Output } = {},
): Promise<Tally> => {
  const report = join(reports, `${projects.join('-')}.json`);
  const flags = projects.flatMap((project) => ['--project', project]);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile=${report}`];
  const title = `tests: ${projects.join(', ')}`;
  const ok = await run(title, 'vitest', ['run', ...flags, ...options, ...reporters], output);
  return tallyOf(report, projects, ok);
};

const tallies = [
  await check('types', 'tsc', ['-p', '.']),
  await check('lint', 'biome', ['check', '--error-on-warnings', '.']),
  await check('unused code', 'knip', ['--production']),
  await check('build', 'node', ['functions/build.ts']),
  await layer(['unit', 'isolated', 'adapters', 'workflows', 'infra', 'iam'], { options: ['--coverage'] }),
  // The tests of the deployment mostly wait, and need no more than one of two processors.
  ...(await Promise.all([layer(['e2e']), layer(['bench', 'e2e-apart'], { output: 'at its end' })])),
  // Evaluates the calls that the end-to-end tests recorded.
  await layer(['permissions']),
];
rmSync(reports, { recursive: true, force: true });

const total = (pick: (tally: Tally) => number): number =>
  tallies.reduce((sum, tally) => sum + pick(tally), 0);
const [passed, failed, skipped] = [total((t) => t.passed), total((t) => t.failed), total((t) => t.skipped)];
const LONGEST_FAILURE = 2_000;
if (failures.length > 0) console.log('\n== failures');
for (const failure of failures) console.log(`\n${failure.slice(0, LONGEST_FAILURE)}`);
console.log(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
process.exitCode = failed === 0 ? 0 : 1;
