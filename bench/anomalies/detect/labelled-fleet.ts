import { type Fleet, SIMULATED_METRICS, type SimulatedServer } from '../../../core/simulator/fleet.ts';
import { simulateFleet } from '../../../core/simulator/simulate-fleet.ts';
import { visibleHours } from './fault-effect.ts';
import { injectTypes } from './inject-types.ts';
import type { LabelledTarget, TargetSeries } from './labelled-target.ts';

const STEP_SECONDS = 300;
/** Six weeks; detectors learn weekly patterns in the first two. */
const DAYS = 42;
/** A Monday. */
const END_AT = 1_717_372_800;
const INCIDENTS = 42;
const MISSING_SHARE = 0.005;

const simulate = (seed: number, servers: number, incidents: number): Fleet =>
  simulateFleet({
    ...{ seed, incidents, servers, days: DAYS, stepSeconds: STEP_SECONDS, endAt: END_AT },
    ...{ developing: 0, missingShare: MISSING_SHARE },
  });

const seriesOf = (fleet: Fleet, { id, cell, profile }: SimulatedServer): TargetSeries => {
  const { start, stepSeconds, metrics } = fleet.generate(id);
  const values = SIMULATED_METRICS.map((metric) => metrics[metric]);
  return { id, peers: `${cell} ${profile}`, start, stepSeconds, metrics: SIMULATED_METRICS, values };
};

/** A simulated fleet with labelled incidents, all kinds about equally often. */
export const fleetWithIncidents = (seed: number, servers: number): LabelledTarget[] => {
  const fleet = simulate(seed, servers, INCIDENTS);
  const faultless = simulate(seed, servers, 0);
  return fleet.servers.map((server) => {
    const target = seriesOf(fleet, server);
    const usual = seriesOf(faultless, server).values;
    const faults = fleet.incidents
      .filter(({ affected }) => affected.some(({ target: id }) => id === server.id))
      .map(({ id, kind, start: first, end: last }) => {
        const fault = { id, kind, first, last };
        return { ...fault, hours: visibleHours(target, usual, fault) };
      });
    return { ...target, faults };
  });
};

/** A simulated fleet without incidents; each server gets one fault of each of the four types of anomaly. */
export const fleetWithTypes = (seed: number, servers: number): LabelledTarget[] => {
  const fleet = simulate(seed, servers, 0);
  return fleet.servers.map((server, i) => injectTypes(seriesOf(fleet, server), seed + i));
};
