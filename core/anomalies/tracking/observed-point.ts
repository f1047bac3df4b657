/** One point as a series' detector saw it. */
export interface ObservedPoint {
  /** Epoch seconds. */
  readonly timestamp: number;
  /** Of a counter: its rate. */
  readonly value: number;
  /** Signed distance from what is usual at this time of day. */
  readonly difference: number;
  /** Whether an episode of this metric is open: somebody was told of it already. */
  readonly inEpisode: boolean;
}
