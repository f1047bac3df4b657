/** One point as the detector of a series saw it. */
export interface ObservedPoint {
  /** Epoch seconds. */
  readonly timestamp: number;
  /** For a counter, its rate. */
  readonly value: number;
  /** Signed distance from the usual value at this time of day; NaN if the point may be a glitch. */
  readonly difference: number;
  /** True while an episode of this metric is open, which was announced already. */
  readonly inEpisode: boolean;
}
