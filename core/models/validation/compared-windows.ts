/** Results of two models on the same frozen windows. */

/** What a model forecast for one window of one series, and what followed. */
export interface WindowResult {
  readonly seriesId: string;
  /** Windows at the same time have the same name: their losses depend on each other. */
  readonly window: string;
  /** Group in which the candidate must not be worse: a profile and metric. */
  readonly segment: string;
  /** Scaled quantile loss; not finite if the forecast failed, or had a quantile that was missing or out of order. */
  readonly loss: number;
  /** Share of the values between p10 and p90, as `centralShare` counts them. */
  readonly covered: number;
  /**
   * The forecasts of breaches of its limits that were not passed already: those of the target, and the 95th and 99th
   * percentile and the maximum of the history, so that healthy fleets can be judged too.
   */
  readonly breaches: readonly { readonly warned: boolean; readonly crossed: boolean }[];
}

/** One window with the results of both models. */
export interface ComparedWindow {
  readonly champion: WindowResult;
  readonly candidate: WindowResult;
}

/** Windows of both models, those where the candidate failed, and those that the champion did not forecast either. */
export interface Comparison {
  readonly windows: readonly ComparedWindow[];
  /** Windows that the champion forecast and the candidate did not. */
  readonly failed: readonly WindowResult[];
}

const keyOf = ({ seriesId, window }: WindowResult): string => JSON.stringify([seriesId, window]);

export const compareWindows = (
  champion: readonly WindowResult[],
  candidate: readonly WindowResult[],
): Comparison => {
  const found = new Map(candidate.map((result) => [keyOf(result), result]));
  const windows: ComparedWindow[] = [];
  const failed: WindowResult[] = [];
  for (const result of champion) {
    if (!Number.isFinite(result.loss)) continue;
    const own = found.get(keyOf(result));
    if (own === undefined || !Number.isFinite(own.loss)) failed.push(result);
    else windows.push({ champion: result, candidate: own });
  }
  return { windows, failed };
};
