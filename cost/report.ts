import { byComponent, type PricedLine, priceLines, totalOf } from '../core/platform/billing/cost-lines.ts';
import { initialising } from './cold-starts-cost.ts';
import { firewallUsage } from './firewall-cost.ts';
import { fleetUsage } from './fleet-cost.ts';
import { idleUsage } from './idle-cost.ts';
import { measureItems } from './item-sizes.ts';
import { keyUsage } from './key-cost.ts';
import type { TemplateFacts } from './template-facts.ts';
import { tracingUsage } from './tracing-cost.ts';
import { Workload } from './workload.ts';

export interface CostReport {
  readonly idle: readonly PricedLine[];
  /** Includes the idle lines, because both share the free tiers. */
  readonly fleet: readonly PricedLine[];
  /** The same fleet behind a collector. */
  readonly collected: readonly PricedLine[];
  readonly workload: Workload;
}

/** Hosts that a collector typically puts into one request. */
export const COLLECTOR_HOSTS = 50;

const priceFleet = (work: Workload, facts: TemplateFacts): readonly PricedLine[] => {
  const sizes = measureItems(work.metrics, work.pushMinutes);
  const lines = [...idleUsage(facts, work), ...keyUsage(facts), ...fleetUsage(work, facts, sizes)];
  return priceLines([
    ...lines,
    ...firewallUsage(lines, facts, work, sizes),
    ...initialising(lines, work, facts),
    ...tracingUsage(lines, facts, sizes),
  ]);
};

const priceIdle = (work: Workload, facts: TemplateFacts): readonly PricedLine[] => {
  const lines = idleUsage(facts, work);
  return priceLines([...lines, ...initialising(lines, work, facts), ...tracingUsage(lines, facts)]);
};

/** Costs of an idle deployment and of one with the fleet. */
export const reportCost = (work: Workload, facts: TemplateFacts): CostReport => ({
  idle: priceIdle(work, facts),
  fleet: priceFleet(work, facts),
  collected: priceFleet({ ...work, hostsPerRequest: Math.min(COLLECTOR_HOSTS, work.hosts) }, facts),
  workload: work,
});

const dollars = (amount: number): string => `$${amount.toFixed(2)}`.padStart(9);
const row = (label: string, units: string, list: string, free: string): string =>
  `  ${label.padEnd(34)} ${units.padStart(15)} ${list} ${free}`;

const unitsText = (units: number): string =>
  units.toLocaleString('en-US', { maximumFractionDigits: units < 100 ? 2 : 0 });

const table = (lines: readonly PricedLine[], title: string): string[] => {
  const total = totalOf(lines);
  return [
    '',
    title,
    row('', 'units/month', 'list'.padStart(9), 'free tier'),
    ...byComponent(lines).flatMap(([component, parts]) => {
      const sum = totalOf(parts);
      return [
        row(component, '', dollars(sum.list), dollars(sum.free)),
        ...parts.map((line) =>
          row(`  ${line.what}`, unitsText(line.units), dollars(line.list), dollars(line.free)),
        ),
      ];
    }),
    row('Total', '', dollars(total.list), dollars(total.free)),
  ];
};

const assumptions = (work: Workload): string[] => [
  '',
  'Assumptions (set with --name value):',
  ...Object.entries(work).map(([name, value]) => `  --${name} ${value}`),
];

/** The report as text, one line per component and its parts. */
export const formatReport = (report: CostReport, stage: string): string => {
  const { hosts, metrics, pushMinutes, cadenceMinutes } = report.workload;
  const fleet = `${hosts} hosts x ${metrics} metrics, a push every ${pushMinutes} min, forecasts every ${cadenceMinutes} min`;
  const collected = totalOf(report.collected);
  return [
    ...table(report.idle, `Idle cost of stage ${stage}: deployed, without tenants`),
    ...table(report.fleet, `With a fleet: ${fleet}`),
    '',
    `Behind a collector that sends ${COLLECTOR_HOSTS} hosts in one request: ${dollars(collected.list).trim()} list, ${dollars(collected.free).trim()} with the free tier.`,
    ...assumptions(report.workload),
    'Not included: data transfer out, support, API reads by people, taxes.',
  ].join('\n');
};

/** Reads `--hosts 100` and the like. */
export const parseWorkload = (values: Readonly<Record<string, string | boolean | undefined>>): Workload =>
  Workload.parse(
    Object.fromEntries(
      Object.entries(values).flatMap(([name, value]) =>
        typeof value === 'string' ? [[name, Number(value)]] : [],
      ),
    ),
  );
