/** Every event on Forestall's bus, assembled from the contexts. */
import { ANOMALIES_EVENTS, ANOMALIES_SOURCE } from '../anomalies/events.ts';
import { CHANGES_EVENTS, CHANGES_SOURCE } from '../changes/events.ts';
import { FORECASTS_EVENTS, FORECASTS_SOURCE } from '../forecasts/events.ts';
import { INCIDENTS_EVENTS, INCIDENTS_SOURCE } from '../incidents/events.ts';
import { PLATFORM_EVENTS, PLATFORM_SOURCE } from '../platform/events.ts';
import { REMEDIATION_EVENTS, REMEDIATION_SOURCE } from '../remediation/events.ts';

/** Detail type -> schema of the detail. */
export const EVENT_SCHEMAS = {
  ...FORECASTS_EVENTS,
  ...ANOMALIES_EVENTS,
  ...INCIDENTS_EVENTS,
  ...CHANGES_EVENTS,
  ...REMEDIATION_EVENTS,
  ...PLATFORM_EVENTS,
} as const;
export type EventName = keyof typeof EVENT_SCHEMAS;

const sourced = <Name extends string>(events: Readonly<Record<Name, unknown>>, source: string) =>
  Object.fromEntries(Object.keys(events).map((name) => [name, source])) as Record<Name, string>;

/** Detail type -> source. */
export const EVENT_SOURCES: Readonly<Record<EventName, string>> = {
  ...sourced(FORECASTS_EVENTS, FORECASTS_SOURCE),
  ...sourced(ANOMALIES_EVENTS, ANOMALIES_SOURCE),
  ...sourced(INCIDENTS_EVENTS, INCIDENTS_SOURCE),
  ...sourced(CHANGES_EVENTS, CHANGES_SOURCE),
  ...sourced(REMEDIATION_EVENTS, REMEDIATION_SOURCE),
  ...sourced(PLATFORM_EVENTS, PLATFORM_SOURCE),
};
