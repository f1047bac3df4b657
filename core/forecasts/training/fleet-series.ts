import type { RegularSeries } from '../../metrics/series/metric-series.ts';

/** A series of a fleet. */
export interface FleetSeries {
  /** Of the target and the metric, unique in the fleet: it decides where windows are cut. */
  readonly name: string;
  readonly series: RegularSeries;
}

/** In the order of their names. */
export const inOrder = (fleet: readonly FleetSeries[]): FleetSeries[] =>
  fleet.toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));

/** The values of a series at times [from, until), in epoch seconds. */
export const cutSeries = (
  { start, stepSeconds, values }: RegularSeries,
  from: number,
  until: number,
): RegularSeries => {
  const indexAt = (time: number): number =>
    Math.min(values.length, Math.max(0, Math.ceil((time - start) / stepSeconds)));
  const first = indexAt(from);
  return {
    start: start + first * stepSeconds,
    stepSeconds,
    values: values.subarray(first, Math.max(first, indexAt(until))),
  };
};
