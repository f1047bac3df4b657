/**
 * `npm test`: types, lint, then every test layer; ends with one line "N passed, N failed[, N skipped]".
 * Each stage streams its own output, so that a long run shows its progress.
 */
import { spawnSync } from 'node:child_process';
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

/** Runs one of the project's own tools from node_modules/.bin; true when it exits 0. */
const run = (title: string, command: string, args: readonly string[]): boolean => {
  const started = performance.now();
  console.log(`\n== ${title}`);
  const { status, error } = spawnSync(join(root, 'node_modules', '.bin', command), args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (error) console.error(`${command}: ${error.message}`);
  console.log(
    `== ${title}: ${status === 0 ? 'ok' : 'FAILED'} in ${((performance.now() - started) / 1000).toFixed(1)} s`,
  );
  return status === 0;
};

const check = (title: string, command: string, args: readonly string[]): Tally => {
  const ok = run(title, command, args);
  if (!ok) failures.push(title);
  return { passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0 };
};

/** Runs vitest projects and reads the counts from its JSON report; a run without a report is one failure. */
const layer = (projects: readonly string[], options: readonly string[] = []): Tally => {
  const report = join(reports, `${projects.join('-')}.json`);
  const flags = projects.flatMap((project) => ['--project', project]);
  const ok = run(`tests: ${projects.join(', ')}`, 'vitest', [
    'run',
    ...flags,
    ...options,
    '--reporter=default',
    '--reporter=json',
    `--outputFile=${report}`,
  ]);
  try {
    const counts: Report = JSON.parse(readFileSync(report, 'utf8'));
    failures.push(...failuresOf(counts));
    if (!ok && counts.numFailedTests === 0) failures.push(`tests: ${projects.join(', ')}`);
    // A file that fails to load has no failed test of its own, yet the run failed.
    const failed = ok ? counts.numFailedTests : Math.max(1, counts.numFailedTests);
    return { passed: counts.numPassedTests, failed, skipped: counts.numPendingTests };
  } catch (error) {
    console.error(`No test report at ${report}: ${String(error)}`);
    failures.push(`tests: ${projects.join(', ')}: no report`);
    return { passed: 0, failed: 1, skipped: 0 };
  }
};

const tallies = [
  check('types', 'tsc', ['-p', '.']),
  check('lint', 'biome', ['check', '--error-on-warnings', '.']),
  check('unused code', 'knip', ['--production']),
  check('build', 'node', ['functions/build.ts']),
  layer(['unit', 'adapters', 'workflows', 'infra', 'iam'], ['--coverage']),
  layer(['bench']),
  layer(['e2e']),
  // Evaluates the calls that the end-to-end tests recorded.
  layer(['permissions']),
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
