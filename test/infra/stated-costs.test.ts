import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { byComponent, type PricedLine, totalOf } from '../../core/platform/billing/cost-lines.ts';
import { reportCost } from '../../cost/report.ts';
import { factsOf } from '../../cost/template-facts.ts';
import { Workload } from '../../cost/workload.ts';
import { stageOf } from './synthesised-stage.ts';

const report = reportCost(Workload.parse({}), factsOf(Object.values(stageOf('prod').templates)));
const dollars = (amount: number): string => `$${amount.toFixed(2)}`;

const idle = new Set(byComponent(report.idle).map(([component]) => component));
const sumOf = (lines: readonly PricedLine[], components: readonly string[]): string =>
  dollars(totalOf(lines.filter(({ component }) => components.includes(component))).list);

/** The rows of a table in docs/cost.md, without emphasis: label, then cells. */
const rowsOf = (heading: string): ReadonlyMap<string, readonly string[]> => {
  const section = readFileSync('docs/cost.md', 'utf8').split(`## ${heading}`)[1]?.split('\n## ')[0] ?? '';
  const cells = section
    .split('\n')
    .filter((line) => line.startsWith('|') && line.includes('$'))
    .map((line) => line.slice(1, -1).split('|'))
    .map((row) => row.map((cell) => cell.replaceAll('**', '').trim()));
  return new Map(cells.map(([label = '', ...rest]) => [label.replace(/ \(.*/, ''), rest]));
};

describe('docs/cost.md states what npm run cost prints', () => {
  const rows = rowsOf('1,000 hosts');
  const fleets = [report.fleet, report.collected];

  it('for each component of a fleet', () => {
    const named = byComponent(report.fleet)
      .map(([component]) => component)
      .filter((component) => !idle.has(component) || component === 'Cold starts');
    expect(named.filter((component) => component !== 'Incidents' && component !== 'Causes')).toEqual(
      [...rows.keys()].filter((label) => !/^(Incidents|Idle|Total)/.test(label)),
    );
    for (const [label, stated] of rows) {
      if (/^(Idle|Total)/.test(label)) continue;
      const components = label === 'Incidents and their causes' ? ['Incidents', 'Causes'] : [label];
      expect(stated, label).toEqual(fleets.map((lines) => sumOf(lines, components)));
    }
  });

  it('for the totals', () => {
    const list = fleets.map((lines) => dollars(totalOf(lines).list));
    expect(rows.get('Idle')).toEqual(Array(2).fill(dollars(totalOf(report.idle).list)));
    expect(rows.get('Total, list price')).toEqual(list);
    expect(rows.get('Total with the free tier')).toEqual(fleets.map((lines) => dollars(totalOf(lines).free)));
  });

  it('for an idle stage', () => {
    const stated = [...rowsOf('Idle').values()].map(([price]) => price);
    const standing = report.idle.filter(({ component }) => component === 'Standing resources');
    const expected = [
      sumOf(
        standing.filter(({ what }) => what === 'alarms'),
        ['Standing resources'],
      ),
      ...byComponent(report.idle)
        .map(([component, lines]) => [component, dollars(totalOf(lines).list)] as const)
        .flatMap(([component, price]) => (/^(Standing|Cold)/.test(component) ? [] : price)),
      sumOf(
        standing.filter(({ what }) => what === 'secrets'),
        ['Standing resources'],
      ),
    ];
    expect(stated).toHaveLength(expected.length);
    expect(stated).toEqual(expect.arrayContaining(expected));
  });
});
