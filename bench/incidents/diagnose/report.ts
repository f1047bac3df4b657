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
  '  stated            cases   mean stated   right',
  ...bins.map((bin) => {
    const range = `${bin.from.toFixed(2)} to ${bin.to.toFixed(2)}`.padEnd(16);
    const stated = bin.meanConfidence.toFixed(2).padStart(9);
    return `  ${range} ${String(bin.cases).padStart(6)}   ${stated}   ${percent(bin.accuracy, 1)}`;
  }),
];

const errorLines = (title: string, errors: readonly CaseResult[]): string[] => [
  '',
  `${title}: over-confident wrong answers (0.80 or more): ${errors.length}`,
  ...errors.map((e) => `  ${e.id}: said ${e.said} (${e.confidence.toFixed(2)}), was ${e.cause}`),
];

const simulatedLines = (simulated: SimulatedScore): string[] => [
  ...recallTable(`simulated faults through the pipeline, ${simulated.faults}, by input`, simulated.byInput),
  ...recallTable('simulated faults, all metrics and the whole graph, by kind', simulated.byKind),
  ...recallTable('the same by topology', simulated.byTopology),
  '',
  `milliseconds an incident: median ${simulated.milliseconds.median.toFixed(1)}, p95 ${simulated.milliseconds.p95.toFixed(1)}`,
  ...Object.entries(simulated.byMethod).flatMap(([method, table]) =>
    reliabilityTable(`confidence on simulated faults, ${method}`, table),
  ),
  ...errorLines('simulated faults, all inputs', simulated.overconfident),
];

/** The whole result as lines of text. */
export const describeBench = (result: DiagnoseBenchResult): string[] => [
  ...recallTable('given issues', result.given.byGroup),
  ...recallTable('given issues, by input', result.given.byVariant),
  ...recallTable(`made-up faults, ${result.synthetic.sources} sources`, result.synthetic.byGroup),
  ...recallTable('made-up faults, by input', result.synthetic.byVariant),
  '',
  `hashed names and shuffled order: ${result.invariance.identical} of ${result.invariance.cases} rankings identical`,
  `milliseconds an issue: median ${result.milliseconds.median.toFixed(1)}, p95 ${result.milliseconds.p95.toFixed(1)}, ` +
    `most ${result.milliseconds.max.toFixed(1)}; reading its files from text first: ${result.milliseconds.reading.toFixed(1)}`,
  ...reliabilityTable('confidence on made-up faults', result.reliability.synthetic),
  ...reliabilityTable('confidence on made-up faults, no normal data', result.reliability.withoutNormal),
  ...reliabilityTable('confidence on given issues', result.reliability.given),
  ...errorLines('given and made-up', result.overconfident),
  ...simulatedLines(result.simulated),
];
