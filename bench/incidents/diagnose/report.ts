import type { Reliability } from './reliability.ts';
import type { DiagnoseBenchResult } from './result.ts';
import type { CaseResult, Recall } from './score-cases.ts';
import type { SimulatedScore } from './simulated.ts';

const percent = (part: number, whole: number): string => `${((100 * part) / whole).toFixed(1).padStart(5)} %`;

const recallLine = (name: string, { cases, top1, top3 }: Recall): string =>
  `  ${name.padEnd(40)} ${String(cases).padStart(5)}   ${percent(top1, cases)}   ${percent(top3, cases)}`;

const recallTable = (title: string, rows: Readonly<Record<string, Recall>>): string[] => [
  '',
  `${title.padEnd(42)} cases     top-1     top-3`,
  ...Object.entries(rows).map(([name, row]) => recallLine(name, row)),
];

const reliabilityTable = (title: string, { bins, calibrationError, brier }: Reliability): string[] => [
  '',
  `${title}: calibration error ${calibrationError.toFixed(3)}, Brier ${brier.toFixed(3)}`,
  '  confidence        cases          mean   right',
  ...bins.map((bin) => {
    const range = `${bin.from.toFixed(2)} to ${bin.to.toFixed(2)}`.padEnd(16);
    const stated = bin.meanConfidence.toFixed(2).padStart(9);
    return `  ${range} ${String(bin.cases).padStart(6)}   ${stated}   ${percent(bin.accuracy, 1)}`;
  }),
];

const errorLines = (title: string, errors: readonly CaseResult[]): string[] => [
  '',
  `${title}: wrong answers with a confidence of 0.80 or more: ${errors.length}`,
  ...errors.map(
    (e) => `  ${e.id}: answered ${e.diagnosed} (${e.confidence.toFixed(2)}), the cause was ${e.cause}`,
  ),
];

const simulatedLines = (simulated: SimulatedScore): string[] => [
  ...recallTable(`simulated faults through the pipeline, ${simulated.faults}, by input`, simulated.byInput),
  ...recallTable('simulated faults, all metrics and the whole graph, by kind', simulated.byKind),
  ...recallTable('simulated faults, all metrics and the whole graph, by topology', simulated.byTopology),
  '',
  `milliseconds per incident: median ${simulated.milliseconds.median.toFixed(1)}, p95 ${simulated.milliseconds.p95.toFixed(1)}`,
  ...Object.entries(simulated.byMethod).flatMap(([method, table]) =>
    reliabilityTable(`confidence on simulated faults, ${method}`, table),
  ),
  ...errorLines('simulated faults, all inputs', simulated.overconfident),
];

/** The whole result as lines of text. */
export const describeBench = (result: DiagnoseBenchResult): string[] => [
  ...recallTable('given issues', result.given.byGroup),
  ...recallTable('given issues, by input', result.given.byVariant),
  ...recallTable(`synthetic faults, ${result.synthetic.sources} sources`, result.synthetic.byGroup),
  ...recallTable('synthetic faults, by input', result.synthetic.byVariant),
  '',
  `hashed names and shuffled order: ${result.invariance.identical} of ${result.invariance.cases} rankings identical`,
  `milliseconds per issue: median ${result.milliseconds.median.toFixed(1)}, p95 ${result.milliseconds.p95.toFixed(1)}, ` +
    `max ${result.milliseconds.max.toFixed(1)}; parsing its files: ${result.milliseconds.reading.toFixed(1)}`,
  ...reliabilityTable('confidence on synthetic faults', result.reliability.synthetic),
  ...reliabilityTable('confidence on synthetic faults, no normal data', result.reliability.withoutNormal),
  ...reliabilityTable('confidence on given issues', result.reliability.given),
  ...errorLines('given issues and synthetic faults', result.overconfident),
  ...simulatedLines(result.simulated),
];
