import { describe, expect, it } from 'vitest';
import { MEASURED_FORECASTING } from '../../../core/forecasts/capacity/forecasting-figures.ts';
import { planFleet } from '../../../core/forecasts/capacity/plan-fleet.ts';
import { DEFAULT_BUDGET } from '../../../core/forecasts/runs/batch-budget.ts';
import { runCli } from './fake-terminal.ts';

describe('forestall plan', () => {
  it('--json prints the plan, the measured figures and the date of the prices', async () => {
    const { code, out, err } = await runCli(['plan', '--targets', '10000', '--metrics', '10', '--json']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const printed = JSON.parse(out);
    const fleet = { targets: 10_000, seriesPerTarget: 10, cadenceMinutes: 60, concurrency: 10 };
    const plan = planFleet(fleet, MEASURED_FORECASTING, DEFAULT_BUDGET);
    expect(printed).toMatchObject({ targets: 10_000, metrics: 10, cadenceMinutes: 60, series: 100_000 });
    expect(printed.seconds).toEqual(plan.seconds);
    expect(printed.perRun).toEqual(plan.perRun);
    expect(printed.measured).toEqual(MEASURED_FORECASTING);
    expect(printed.prices.asOf).toMatch(/^\d{4}-\d\d-\d\d$/);
  });

  it('prints tables with the underlying figures', async () => {
    const { code, out } = await runCli(['plan', '--targets', '10000', '--metrics', '10', '--cadence', '30']);
    expect(code).toBe(0);
    expect(out).toContain('100,000 (10,000 x 10)');
    expect(out).toContain('1,460 runs');
    expect(out).toContain(MEASURED_FORECASTING.machine);
    expect(out).not.toMatch(/NaN|undefined|Infinity/);
  });

  it('names the dispatch as a limit of the tenants', async () => {
    const sizes = ['plan', '--hosts', '10', '--series-per-host', '10'];
    const { out } = await runCli([...sizes, '--tenants', '4000']);
    expect(out).toMatch(/dispatch of the runs of all tenants, events +28,208 +25,000 +DOES NOT FIT/);
    expect((await runCli(sizes)).out).not.toContain('DOES NOT FIT');
  });

  it('plans a day of ingestion and detection, and names the first limit with its source', async () => {
    const sizes = ['plan', '--hosts', '10000', '--series-per-host', '10'];
    const aligned = await runCli(sizes);
    expect(aligned.code).toBe(0);
    expect(aligned.out).toMatch(
      /requests of a push, in a burst +10,000 +2,000 +500 % +setting +DOES NOT FIT/,
    );
    expect(aligned.out).toContain(
      'First limit: requests of a push, in a burst (500 % used, setting: throttle.burst',
    );
    expect(aligned.out).toContain('requests a day are refused with 429');
    const spread = await runCli([...sizes, '--spread', '60']);
    expect(spread.out).toMatch(/First limit: new targets on one day \(50 % used/);
    expect(spread.out).not.toMatch(/NaN|undefined|Infinity|DOES NOT FIT|429/);
    const { day } = JSON.parse((await runCli([...sizes, '--hosts-per-request', '50', '--json'])).out);
    expect(day.limits.every(({ source }: { source: string }) => source !== '')).toBe(true);
    expect(day.peaks.refused).toBe(0);
  });

  it('measures this machine, on a small sample if asked', async () => {
    const { code, out, err } = await runCli([
      ...['plan', '--targets', '10', '--metrics', '5', '--measure', '--quick', '--json'],
    ]);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const { measured } = JSON.parse(out);
    expect(measured).not.toEqual(MEASURED_FORECASTING);
    expect(measured.series).toBeLessThan(MEASURED_FORECASTING.series);
  });

  it('names exceeded limits', async () => {
    const { out } = await runCli(['plan', '--targets', '1000000', '--metrics', '20', '--cadence', '5']);
    expect(out).toContain('DOES NOT FIT');
  });

  it.each([
    ['no targets', []],
    ['no metrics', ['--targets', '5']],
    ['no series', ['--hosts', '5', '--push', '1']],
    ['a fraction', ['--targets', '1.5', '--metrics', '2']],
    ['a cadence beyond a day', ['--targets', '5', '--metrics', '2', '--cadence', '2000']],
  ])('rejects %s', async (_, options) => {
    const { code, err } = await runCli(['plan', ...options]);
    expect(code).toBe(2);
    expect(err).toMatch(/^forestall: /);
  });
});
