import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { noise } from '../forecasts/engine/sample-series.ts';
import { runCli } from './fake-terminal.ts';

/** Series as users reported them: each once had a wrong forecast, or two answers that contradict each other. */
interface Described {
  readonly end: string;
  readonly days: number;
  readonly stepSeconds: number;
  /** The value at a time in epoch seconds. */
  readonly valueAt: (at: number) => number;
}

const secondsOf = (text: string): number => Date.parse(text) / 1000;

const csvOf = ({ end, days, stepSeconds, valueAt }: Described): string => {
  const count = (days * 86_400) / stepSeconds;
  const rows = Array.from({ length: count }, (_, i) => {
    const at = secondsOf(end) - (count - 1 - i) * stepSeconds;
    return `${new Date(at * 1000).toISOString()},${valueAt(at).toFixed(3)}`;
  });
  return `timestamp,value\n${rows.join('\n')}\n`;
};

const runOn = async (command: 'forecast' | 'trends', series: Described, ...options: string[]) => {
  const stdin = Readable.from([Buffer.from(csvOf(series))]);
  const { code, out, err } = await runCli([command, '-', '--json', ...options], { stdin });
  expect({ code, err }).toEqual({ code: 0, err: '' });
  return JSON.parse(out);
};

const CLOCK_CHANGE = secondsOf('2026-10-25T01:00:00Z');

/** Business hours from 8 to 17 in Berlin, Monday to Friday, with an hour to get going; stamped in UTC. */
const officeInBerlin = (at: number): number => {
  const local = new Date((at + (at < CLOCK_CHANGE ? 2 : 1) * 3600) * 1000);
  const hour = local.getUTCHours() + local.getUTCMinutes() / 60;
  const isOpen = local.getUTCDay() % 6 !== 0 && hour >= 8 && hour < 17;
  return isOpen ? 10 + 42 * Math.min(1, hour - 8) : 10;
};
const office = (end: string, days: number): Described => ({
  ...{ end, days, stepSeconds: 300 },
  valueAt: (at) => officeInBerlin(at) + 4 * noise(at / 300),
});

interface Made {
  readonly start: string;
  readonly quantiles: Readonly<Record<string, readonly number[]>>;
}

/** The largest distance of the median from the truth in the coming 8 hours, without noise. */
const largestError = ({ start, quantiles }: Made): number =>
  Math.max(
    ...quantiles['0.5']!.map((value, i) => Math.abs(value - officeInBerlin(secondsOf(start) + i * 300))),
  );
const widest = ({ quantiles }: Made): number =>
  Math.max(...quantiles['0.9']!.map((high, i) => high - quantiles['0.1']![i]!));

describe('business hours after the clocks change', () => {
  it.each([
    ['28 days, the second working day', '2026-10-27T03:00:00Z', 28],
    ['28 days, the fifth working day', '2026-10-30T03:00:00Z', 28],
    ['14 days, the second working day', '2026-10-27T03:00:00Z', 14],
    ['14 days, before the change', '2026-10-22T03:00:00Z', 14],
  ])('are forecast at their new hours: %s', async (_, end, days) => {
    const made: Made = await runOn('forecast', office(end, days));
    expect(largestError(made)).toBeLessThan(12);
    expect(widest(made)).toBeLessThan(12);
  });

  it.each([14, 28])('are forecast before the first morning, if --zone is given: %i days', async (days) => {
    const night = office('2026-10-26T03:00:00Z', days);
    expect(largestError(await runOn('forecast', night))).toBeGreaterThan(20);
    const made = await runOn('forecast', night, '--zone', 'Europe/Berlin');
    expect(largestError(made)).toBeLessThan(12);
    expect(made.reason).toMatch(/^local clocks move 60 minutes back at 2026-10-25T01:00Z, which the daily/);
  });

  it('are refused in a zone that does not exist', async () => {
    const { code, err } = await runCli(['forecast', '-', '--zone', 'Europe/Atlantis']);
    expect(code).toBe(2);
    expect(err).toContain('IANA time zone database, such as Europe/Berlin');
  });

  it.each([14, 28])(
    'are known in the first morning after %i days of history, with a range that has room for the old hours',
    async (days) => {
      const made: Made = await runOn('forecast', office('2026-10-26T08:00:00Z', days));
      expect(largestError(made)).toBeLessThan(6);
      expect(widest(made)).toBeGreaterThan(20);
    },
  );
});

describe('a disk that fills up', () => {
  const END = '2026-11-29T00:00:00Z';
  /** Flat for two weeks, then a climb in the last hours. */
  const filling = (hours: number, perHour: number): Described => ({
    ...{ end: END, days: 14, stepSeconds: 300 },
    valueAt: (at) => {
      const since = (at - secondsOf(END)) / 3600 + hours;
      return 60 + perHour * Math.max(0, since) + 0.6 * noise(at / 300);
    },
  });

  it.each([
    [5, 4],
    [24, 1],
    [48, 0.5],
  ])('for %i hours by %f per hour goes on to do so', async (hours, perHour) => {
    const now = 60 + hours * perHour;
    const { quantiles }: Made = await runOn('forecast', filling(hours, perHour));
    const last = (level: string) => quantiles[level]!.at(-1)!;
    expect(Math.abs(last('0.5') - (now + 8 * perHour))).toBeLessThan(0.15 * 8 * perHour + 0.5);
    expect(last('0.1')).toBeGreaterThan(now);
  });

  it.each([
    [5, 4],
    [24, 1],
    [48, 0.5],
  ])('for %i hours by %f per hour runs out when the climb gets there', async (hours, perHour) => {
    const left = (100 - 60 - hours * perHour) / perHour;
    const { runOut, to } = await runOn('trends', filling(hours, perHour), '--capacity', '100');
    const found = (secondsOf(runOut.middle) - secondsOf(to)) / 3600;
    expect(found).toBeGreaterThan(0.8 * left);
    expect(found).toBeLessThan(1.3 * left);
  });

  it('for 45 days has no trend over a longer span', async () => {
    const END_DAY = secondsOf(END) / 86_400;
    const { trends } = await runOn('trends', {
      ...{ end: END, days: 45, stepSeconds: 3600 },
      valueAt: (at) => 60 + 0.5 * (at / 86_400 - END_DAY) + noise(at / 3600),
    });
    expect(trends.map(({ days }: { days: number }) => days)).toEqual([30, 45]);
    expect(trends[1].perDay.slope).toBeCloseTo(0.5, 1);
  });
});

describe('a disk whose logs are rotated', () => {
  it('has neither a trend nor a date when it runs out', async () => {
    const { trends, runOut } = await runOn(
      'trends',
      {
        ...{ end: '2026-11-29T00:00:00Z', days: 45, stepSeconds: 3600 },
        valueAt: (at) => 40 + 3 * ((at / 86_400) % 7) + 0.5 * noise(at / 3600),
      },
      ...['--capacity', '100'],
    );
    for (const { perDay } of trends) expect(perDay.significant).toBe(false);
    expect(runOut).toMatchObject({ early: null, middle: null, late: null });
  });
});
