/** What a candidate must meet to replace the champion. */
export interface GateSettings {
  /** Fewer series or windows cannot be judged. */
  readonly minSeries: number;
  readonly minWindows: number;
  /** Confidence with which the candidate's loss must be below the champion's. */
  readonly confidence: number;
  /** Largest ratio of the losses: smaller gains are not worth a new model. */
  readonly maxLossRatio: number;
  /** Largest distance of the coverage of the 80 % bands from 0.8, overall and in a segment, unless the champion's is larger. */
  readonly maxCoverageError: number;
  readonly maxSegmentCoverageError: number;
  /** Fewer breaches cannot be judged. */
  readonly minBreaches: number;
  /** How much lower the precision and the recall of warnings may be, as the confidence bound of a paired test. */
  readonly breachMargin: number;
  /** The 99th percentile of the warm latency must be below. Seconds. */
  readonly maxSeconds: number;
  readonly minLatencies: number;
  readonly maxBytes: number;
  /** Largest ratio of the losses in a segment that its noise may explain, and the one that nothing excuses. */
  readonly maxSegmentRatio: number;
  readonly maxNoisySegmentRatio: number;
  /** Segments with fewer series are judged with all others only. */
  readonly minSegmentSeries: number;
}

export const GATE_SETTINGS: GateSettings = {
  minSeries: 10,
  minWindows: 4,
  confidence: 0.975,
  maxLossRatio: 0.99,
  maxCoverageError: 0.05,
  maxSegmentCoverageError: 0.1,
  minBreaches: 20,
  breachMargin: 0.05,
  maxSeconds: 2,
  minLatencies: 20,
  maxBytes: 5_000_000,
  maxSegmentRatio: 1.02,
  maxNoisySegmentRatio: 1.1,
  minSegmentSeries: 4,
};
