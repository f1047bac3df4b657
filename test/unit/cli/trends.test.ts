import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { noise } from '../forecasts/engine/sample-series.ts';
import { runCli } from './fake-terminal.ts';

const HOURS = 100 * 24;
const START = 1_767_225_600;
const rowsOf = (row: (h: number, at: string) => string): string =>
  Array.from({ length: HOURS }, (_, h) => row(h, new Date((START + h * 3600) * 1000).toISOString())).join(
    '\n',
  );
const disk = (h: number): string => (40 + h / 60 + noise(h)).toFixed(3);
const memory = (h: number): string => (30 + (h % 120) / 10 + noise(h) / 10).toFixed(3);
const uptime = (h: number): number => 3600 * (h % 120);

const trendsOf = (csv: string, ...options: string[]) =>
  runCli(['trends', '-', ...options], { stdin: Readable.from([Buffer.from(csv)]) });
const diskCsv = `timestamp,value\n${rowsOf((h, at) => `${at},${disk(h)}`)}\n`;

describe('forestall trends', () => {
  it('says how much of a very long series it does not use', async () => {
    const minutes = Array.from({ length: 600_500 }, (_, i) => `${START + i * 60},${i % 7}`).join('\n');
    const { code, err } = await trendsOf(`timestamp,value\n${minutes}\n`);
    expect(code).toBe(0);
    expect(err).toBe(
      'forestall: series "value": only the last 600,000 steps are used; 500 older ones are not\n',
    );
  });

  it('--json prints trend, growth, week and run-out date under stable names', async () => {
    const { code, out, err } = await trendsOf(diskCsv, '--capacity', '100', '--json');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const report = JSON.parse(out);
    expect(new Set(Object.keys(report))).toEqual(
      new Set([
        ...['series', 'from', 'to', 'stepSeconds', 'trends', 'weekOverWeek'],
        ...['runOut', 'exhaustion', 'reliability', 'leak', 'seasonalEvents', 'nextDay'],
      ]),
    );
    expect(report.trends.map(({ days }: { days: number }) => days)).toEqual([30, 60, 90]);
    expect(report.trends[0].perDay.slope).toBeCloseTo(0.4, 1);
    // 80 after a hundred days at 0.4 per day: fifty days more.
    const days = (Date.parse(report.runOut.middle) - Date.parse(report.to)) / 86_400_000;
    expect(days).toBeGreaterThan(45);
    expect(days).toBeLessThan(55);
  });

  it('prints the same figures as text', async () => {
    const { out } = await trendsOf(diskCsv, '--capacity', '100');
    for (const part of ['30 days: 0.4', '60 days', '90 days', 'week over week: +', 'runs out: 2026-0'])
      expect(out).toContain(part);
    expect(out).not.toMatch(/NaN|undefined/);
  });

  it('prints the time of a run-out within hours, and none for a series without a trend', async () => {
    const csvOf = (valueAt: (step: number) => number) => {
      const rows = Array.from({ length: 2016 }, (_, i) => `${1_790_000_100 + 300 * i},${valueAt(i)}`);
      return `timestamp,value\n${rows.join('\n')}\n`;
    };
    const filling = await trendsOf(
      csvOf((i) => 40 + Math.max(0, i - 1956) / 3 + (i % 3) / 10),
      '--capacity',
      '80',
    );
    expect(filling.out).toMatch(/runs out: 2026-09-2\dT\d\d:\d\dZ \(2026-09-2\dT\d\d:\d\dZ to /);
    const still = await trendsOf(
      csvOf((i) => 40 + (i % 3)),
      '--capacity',
      '80',
    );
    expect(still.out).toContain('runs out: not foreseeable\n');
  });

  it('forecasts failures and downtime of a service from its availability', async () => {
    const up = (h: number): number => (h % 240 === 100 || h % 240 === 101 ? 0 : 100);
    const csv = `timestamp,value\n${rowsOf((h, at) => `${at},${up(h)}`)}\n`;
    const { reliability } = JSON.parse((await trendsOf(csv, '--down-below', '50', '--json')).out);
    expect(reliability.outages).toBe(10);
    expect(reliability.within.map(({ days }: { days: number }) => days)).toEqual([1, 7, 30]);
    const [day, , month] = reliability.within;
    expect(day.failureProbability).toBeCloseTo(0.1, 1);
    expect(month.failureProbability).toBeGreaterThan(0.8);
    expect(month.expectedDownSeconds / month.expectedFailures).toBeGreaterThan(6000);
    expect((await trendsOf(csv, '--down-below', '50')).out).toMatch(
      /observed outages: 10[\s\S]*next 30 d: >?\d+% probability of failure/,
    );
  });

  it('predicts when the capacity is reached within the day', async () => {
    const wave = (h: number): string => (60 + 35 * Math.sin((2 * Math.PI * h) / 24) + noise(h)).toFixed(3);
    const { out } = await trendsOf(
      `timestamp,value\n${rowsOf((h, at) => `${at},${wave(h)}`)}\n`,
      ...['--capacity', '85', '--json'],
    );
    const { exhaustion } = JSON.parse(out);
    // The sine passes 85 between three and four hours after midnight, when the data ends.
    expect(exhaustion.middle).toBeGreaterThanOrEqual(3 * 3600);
    expect(exhaustion.middle).toBeLessThanOrEqual(5 * 3600);
    expect(exhaustion.early).toBeLessThanOrEqual(exhaustion.middle);
    expect(JSON.parse((await trendsOf(diskCsv, '--capacity', '1000', '--json')).out).exhaustion).toEqual({
      early: null,
      middle: null,
      late: null,
    });
  });

  it('looks for a leak against a column', async () => {
    const csv = `timestamp,value,Uptime_s\n${rowsOf((h, at) => `${at},${memory(h)},${uptime(h)}`)}\n`;
    const { out } = await trendsOf(csv, '--uptime', 'uptime_s', '--json');
    expect(JSON.parse(out).leak).toMatchObject({ leaking: true, stretches: 20, growing: 20 });
    expect((await trendsOf(csv, '--uptime', 'uptime_s')).out).toContain('LEAK');
  });

  it('looks for a leak against a series of the same target', async () => {
    const rows = rowsOf((h, at) => `${at},web-1,memory,${memory(h)}\n${at},web-1,uptime,${uptime(h)}`);
    const csv = `timestamp,target,metric,value\n${rows}\n`;
    const { out } = await trendsOf(csv, '--uptime', 'uptime', '--json');
    const [first] = out.trimEnd().split('\n');
    expect(JSON.parse(first!)).toMatchObject({ series: 'web-1/memory', leak: { leaking: true } });
  });

  it("--totals forecasts the next day's total", async () => {
    const csv = `timestamp,value\n${rowsOf((h, at) => `${at},${(100 + 5 * noise(h)).toFixed(2)}`)}\n`;
    const { nextDay } = JSON.parse((await trendsOf(csv, '--totals', '--json')).out);
    expect(nextDay.p50).toBeGreaterThan(2350);
    expect(nextDay.p50).toBeLessThan(2450);
    expect((await trendsOf(csv, '--totals')).out).toContain("next day's total");
  });

  it('reports recurring days', async () => {
    const weekend = (h: number) => [0, 6].includes(new Date((START + h * 3600) * 1000).getUTCDay());
    const csv = `timestamp,value\n${rowsOf((h, at) => `${at},${weekend(h) ? 20 : 100 + noise(h)}`)}\n`;
    const { out } = await trendsOf(csv);
    expect(out).toMatch(/Sunday: -80\.\d % compared to a usual day/);
    expect(out).toContain('Saturday');
  });

  it('says if there is not enough data', async () => {
    const { code, out } = await trendsOf('timestamp,value\n2026-01-01,1\n2026-01-01T01:00:00Z,2\n');
    expect(code).toBe(0);
    expect(out).toContain('too short for a trend');
  });

  it.each([
    ['a missing uptime', diskCsv, ['--uptime', 'age'], /no column and no series "age"/],
    [
      'an uptime that is not a number',
      'timestamp,value,up\n2026-01-01,1,x\n',
      ['--uptime', 'up'],
      /uptime "x"/,
    ],
    ['a capacity that is not a number', diskCsv, ['--capacity', 'full'], /Expected a number/],
    ['a file without rows', 'timestamp,value\n', [], /expected a row of data/],
    ['a series without values', 'timestamp,value\n2026-01-01,\n', [], /no usable value/],
  ])('rejects %s', async (_, csv, options, message) => {
    const { code, err } = await trendsOf(csv, ...options);
    expect(code).toBe(2);
    expect(err).toMatch(message);
  });
});
