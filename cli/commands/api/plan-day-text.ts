import type { DayFleet } from '../../../core/platform/capacity/fleet-load.ts';
import type { DayLimit, DayPlan } from '../../../core/platform/capacity/plan-day.ts';
import { type Column, renderTable } from '../../terminal/table.ts';
import type { Terminal } from '../../terminal/terminal.ts';

const number = (value: number): string =>
  value.toLocaleString('en-US', { maximumFractionDigits: value < 10 ? 1 : 0 });
const percent = ({ needs, allows }: DayLimit): string => `${number((100 * needs) / allows)} %`;

const columns: Column<DayLimit>[] = [
  { header: 'peaks of a day', text: ({ limit }) => limit, shrinks: true },
  { header: 'needed', align: 'right', text: ({ needs }) => number(needs) },
  { header: 'allowed', align: 'right', text: ({ allows }) => number(allows) },
  { header: 'used', align: 'right', text: percent },
  { header: 'kind', text: ({ kind }) => kind },
  { header: '', text: ({ fits }) => (fits ? 'fits' : 'DOES NOT FIT') },
];

const firstLimit = ({ first, maxHosts }: DayPlan): string =>
  `First limit: ${first.limit} (${percent(first)} used, ${first.kind}: ${first.source}).${
    maxHosts === undefined ? '' : ` All limits hold up to about ${number(maxHosts)} such hosts.`
  }`;

const refusals = ({ peaks }: DayPlan): string[] =>
  peaks.refused === 0
    ? []
    : [
        `${number(peaks.refused)} requests a day are refused with 429 and repeated by their senders. Spread the pushes (--spread) or use a collector (--hosts-per-request).`,
      ];

/** A day of ingestion and detection as a table of its limits, and the limit that is met first. */
export const describeDay = (day: DayPlan, fleet: DayFleet, terminal: Terminal): string[] => [
  ...renderTable(columns, day.limits, terminal),
  '',
  firstLimit(day),
  ...refusals(day),
  `Simulated: ${number(fleet.hosts)} hosts push every ${fleet.pushMinutes} min within ${Math.max(1, fleet.spreadSeconds)} s, ${fleet.hostsPerRequest} in a request. Durations of functions are assumed, not measured on AWS.`,
];
