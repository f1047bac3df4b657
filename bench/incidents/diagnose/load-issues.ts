import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import type { CallGraph } from '../../../core/incidents/diagnosis/call-graph.ts';
import type { DiagnosisTarget } from '../../../core/incidents/diagnosis/diagnosis-target.ts';
import { parseGraphCsv } from '../../../core/incidents/diagnosis/files/graph-csv.ts';
import { parseMetricsCsv } from '../../../core/incidents/diagnosis/files/metrics-csv.ts';
import { parseTargetJson } from '../../../core/incidents/diagnosis/files/target-json.ts';
import type { MetricWindow } from '../../../core/incidents/diagnosis/metric-window.ts';
import { InvalidInputError } from '../../../core/shared/errors.ts';

/** An incident with a known cause: a PetShop issue or a synthetic fault. */
export interface LabelledCase {
  readonly id: string;
  /** Group in the report: the scenario and, for PetShop issues, the split. */
  readonly group: string;
  readonly graph: CallGraph;
  readonly normal: MetricWindow | null;
  readonly window: MetricWindow;
  readonly target: DiagnosisTarget;
  readonly cause: string;
}

/** The issues, and the scenarios with normal data. */
export interface PetShop {
  readonly issues: readonly LabelledCase[];
  readonly scenarios: ReadonlyMap<
    string,
    { readonly graph: CallGraph; readonly normal: MetricWindow | null }
  >;
}

const read = (...path: string[]): string => readFileSync(join(...path), 'utf8');

const loadScenario = (folder: string, scenario: string) => {
  const at = join(folder, scenario);
  const normal = join(at, 'normal.csv');
  return {
    graph: parseGraphCsv(read(at, 'graph.csv'), join(at, 'graph.csv')),
    normal: existsSync(normal) ? parseMetricsCsv(read(normal), normal) : null,
  };
};

/**
 * Reads the PetShop data set (Hardt et al. 2023, CC-BY-4.0) from `data`/petshop: all issues in root-causes.json.
 * @throws InvalidInputError if it is missing
 */
export const loadPetShop = (data: string): PetShop => {
  const folder = join(data, 'petshop');
  if (!existsSync(join(folder, 'root-causes.json'))) {
    throw new InvalidInputError(`${folder}: found no root-causes.json, expected the PetShop data set`);
  }
  const causes = z.record(z.string(), z.string()).parse(JSON.parse(read(folder, 'root-causes.json')));
  const scenarios = new Map<string, ReturnType<typeof loadScenario>>();
  const issues = Object.entries(causes).map(([id, cause]): LabelledCase => {
    const [scenario = '', issue = ''] = id.split('/');
    const shared = scenarios.get(scenario) ?? loadScenario(folder, scenario);
    scenarios.set(scenario, shared);
    const window = parseMetricsCsv(read(folder, id, 'metrics.csv'), `${id}/metrics.csv`);
    const target = parseTargetJson(read(folder, id, 'target.json'), `${id}/target.json`);
    return { id, group: `${scenario} ${issue.split('-')[0]}`, ...shared, window, target, cause };
  });
  return { issues, scenarios };
};
