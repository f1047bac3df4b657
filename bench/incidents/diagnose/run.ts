import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { diagnose } from '../../../core/incidents/diagnosis/diagnose.ts';
import { parseGraphCsv } from '../../../core/incidents/diagnosis/files/graph-csv.ts';
import { parseMetricsCsv } from '../../../core/incidents/diagnosis/files/metrics-csv.ts';
import { ConfigurationError } from '../../../core/shared/errors.ts';
import { sampleOf } from '../../shared/bench-options.ts';
import { disguise, disguisedName } from './disguise.ts';
import { type LabelledCase, loadPetShop } from './load-issues.ts';
import { overconfidentErrors, reliability } from './reliability.ts';
import { describeBench } from './report.ts';
import type { DiagnoseBenchResult } from './result.ts';
import { type CaseResult, type Recall, recall, recallByGroup, scoreCase, VARIANTS } from './score-cases.ts';
import { scoreSimulated } from './simulated.ts';
import { syntheticCases } from './synthetic-cases.ts';

/** Not the seed on which confidence was fitted. */
const SEED = 1;
const FULL = { issues: Number.POSITIVE_INFINITY, faults: 500, simulatedRounds: 3 };
const QUICK = { issues: 12, faults: 10, simulatedRounds: 1 };

export interface DiagnoseBenchOptions {
  /** Folder with `petshop/` in it. */
  readonly data: string;
  /** File for the result as JSON. */
  readonly json?: string | undefined;
  readonly quick?: boolean | undefined;
  readonly out: (line: string) => void;
}

const byVariant = (cases: readonly LabelledCase[]): Record<string, Recall> =>
  Object.fromEntries(
    VARIANTS.map((variant) => [variant, recall(cases.map((incident) => scoreCase(incident, variant)))]),
  );

const withTotal = (results: readonly CaseResult[]): Record<string, Recall> => ({
  ...recallByGroup(results),
  all: recall(results),
});

const order = (incident: LabelledCase): string[] => diagnose(incident).causes.map(({ node }) => node);

const countIdentical = (cases: readonly LabelledCase[]): number =>
  cases.filter((incident, i) => {
    const expected = order(incident).map((node) => disguisedName(node, i));
    return order(disguise(incident, i)).join() === expected.join();
  }).length;

const timeCases = (cases: readonly LabelledCase[]): number[] =>
  cases
    .map((incident) => {
      const start = performance.now();
      diagnose(incident);
      return performance.now() - start;
    })
    .sort((a, b) => a - b);

const timeReading = (data: string, id: string): number => {
  const folder = join(data, 'petshop');
  const scenario = join(folder, id.split('/')[0]!);
  const texts = [join(scenario, 'graph.csv'), join(scenario, 'normal.csv'), join(folder, id, 'metrics.csv')];
  const [graph, normal, window] = texts.map((path) => readFileSync(path, 'utf8'));
  const start = performance.now();
  parseGraphCsv(graph!);
  parseMetricsCsv(normal!);
  parseMetricsCsv(window!);
  return performance.now() - start;
};

const measureTime = (data: string, issues: readonly LabelledCase[]): DiagnoseBenchResult['milliseconds'] => {
  const times = timeCases(issues.filter(({ normal }) => normal !== null));
  const withNormal = issues.find(({ normal }) => normal !== null);
  return {
    median: times[times.length >> 1] ?? 0,
    p95: times[Math.floor(0.95 * times.length)] ?? 0,
    max: times.at(-1) ?? 0,
    reading: withNormal === undefined ? 0 : timeReading(data, withNormal.id),
  };
};

/**
 * Scores the diagnosis on the PetShop issues, on synthetic faults injected into normal data, and on simulated faults that
 * pass through the whole pipeline: recall, recall with less input, invariance to names and order, time and calibration.
 * Prints a table, and writes JSON if requested.
 */
export const runDiagnoseBench = async (options: DiagnoseBenchOptions): Promise<DiagnoseBenchResult> => {
  const size = options.quick ? QUICK : FULL;
  const all = loadPetShop(options.data);
  const petShop = { ...all, issues: sampleOf(all.issues, size.issues) };
  const faults = syntheticCases(petShop, size.faults, SEED);
  const given = petShop.issues.map((incident) => scoreCase(incident));
  const synthetic = faults.map((incident) => scoreCase(incident));
  const withoutNormal = faults.map((incident) => scoreCase(incident, 'no normal data'));
  const everyCase = [...petShop.issues, ...faults];
  const result: DiagnoseBenchResult = {
    given: { byGroup: withTotal(given), byVariant: byVariant(petShop.issues) },
    synthetic: {
      sources: new Set(faults.map(({ cause }) => cause)).size,
      byGroup: withTotal(synthetic),
      byVariant: byVariant(faults),
    },
    invariance: { cases: everyCase.length, identical: countIdentical(everyCase) },
    milliseconds: measureTime(options.data, petShop.issues),
    reliability: {
      given: reliability(given),
      synthetic: reliability(synthetic),
      withoutNormal: reliability(withoutNormal),
    },
    overconfident: overconfidentErrors([...given, ...synthetic]),
    simulated: await scoreSimulated(size.simulatedRounds),
  };
  for (const line of describeBench(result)) options.out(line);
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(result, null, 2)}\n`);
  return result;
};

if (import.meta.main) {
  const { values } = parseArgs({ options: { data: { type: 'string' }, json: { type: 'string' } } });
  const data = values.data ?? process.env.FORESTALL_DATA;
  if (data === undefined) throw new ConfigurationError('no data: pass --data DIR or set FORESTALL_DATA');
  await runDiagnoseBench({
    data,
    json: values.json,
    out: (line) => process.stdout.write(`${line}\n`),
  });
}
