/** The level of a simulated resource over time, without season and noise. */
export interface Course {
  /** Hours are relative to the end of the history; called once a step, in order. */
  readonly levelAt: (hour: number) => number;
  readonly limit: number;
  /** Default `above`. */
  readonly direction?: 'above' | 'below';
  /** Hard upper limit of the values; absent if there is none. The lower one is 0. */
  readonly full?: number;
  /** Size of 1 % of the resource: the unit of season and noise. */
  readonly unit: number;
  /** True while the resource is filling or draining at the end of the history. */
  readonly isRamp: boolean;
  /** Minimum amplitude of the daily season in units; absent if there need not be one. */
  readonly season?: number;
  /** Share of the points that are missing. */
  readonly missing?: number;
}

/** Level in percent of a resource that breaches above 90 %. */
export const percent = (levelAt: (hour: number) => number, isRamp: boolean): Course => ({
  levelAt,
  limit: 90,
  full: 100,
  unit: 1,
  isRamp,
});
