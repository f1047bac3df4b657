/** Sums of scores, bounded so that a day stays one small object. */
import { addSums } from '../performance/performance-rows.ts';
import type { ScoredDay, ScoredRow, Scores, SeriesLoss } from '../performance/scored-day.ts';

/** Metrics whose forecasts are summed by name; those of others are summed together. About 3 KB each. */
const MAX_ROWS = 1000;
/** The name under which metrics beyond `MAX_ROWS` are summed. */
export const OTHER_METRICS = 'others';
/** Series of a day whose losses are kept: enough for the median of a fleet. About 120 bytes each. */
const MAX_SERIES = 20_000;

const NO_SCORES: Scores = { rows: [], series: [] };

export const emptyDay = (day: string): ScoredDay => ({ day, runs: [], ...NO_SCORES });

const rowKey = ({ profile, metric, model }: Omit<ScoredRow, 'sums'>): string =>
  JSON.stringify([profile, metric, model]);

const addRow = (rows: Map<string, ScoredRow>, row: ScoredRow): void => {
  const isFull = rows.size >= MAX_ROWS && !rows.has(rowKey(row));
  const kept = isFull ? { ...row, metric: OTHER_METRICS } : row;
  const before = rows.get(rowKey(kept));
  rows.set(rowKey(kept), before === undefined ? kept : { ...kept, sums: addSums(before.sums, kept.sums) });
};

const addSeries = (all: Map<string, SeriesLoss>, one: SeriesLoss): void => {
  const key = JSON.stringify([one.targetId, one.metric, one.model]);
  const before = all.get(key);
  if (before !== undefined)
    all.set(key, { ...one, steps: before.steps + one.steps, loss: before.loss + one.loss });
  else if (all.size < MAX_SERIES) all.set(key, one);
};

/** Sums of scores that are given one after the other, in the order in which they first occur. */
export const scoreSums = (): { readonly add: (scores: Scores) => void; readonly sums: () => Scores } => {
  const rows = new Map<string, ScoredRow>();
  const series = new Map<string, SeriesLoss>();
  return {
    add: (scores) => {
      for (const row of scores.rows) addRow(rows, row);
      for (const one of scores.series) addSeries(series, one);
    },
    sums: () => ({ rows: [...rows.values()], series: [...series.values()] }),
  };
};

export const addScores = (all: readonly Scores[]): Scores => {
  const { add, sums } = scoreSums();
  for (const scores of all) add(scores);
  return sums();
};

/** The day with the scores of one more run; the same day if it has them already. */
export const addRun = (day: ScoredDay, scoredRunId: string, scores: Scores): ScoredDay => {
  if (day.runs.includes(scoredRunId)) return day;
  return { day: day.day, runs: [...day.runs, scoredRunId].sort(), ...addScores([day, scores]) };
};
