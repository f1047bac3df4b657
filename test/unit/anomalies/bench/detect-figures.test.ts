import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { alertLevel } from '../../../../bench/anomalies/detect/alert-level.ts';
import { FAULT_KINDS, injectFault, suits } from '../../../../bench/anomalies/detect/inject-faults.ts';
import { injectedFigures } from '../../../../bench/anomalies/detect/injected.ts';
import { loadNab } from '../../../../bench/anomalies/detect/nab-data.ts';
import { nabScoreAt } from '../../../../bench/anomalies/detect/nab-score.ts';
import { simulateSeries } from '../../../../bench/anomalies/detect/simulate-series.ts';
import { vusPr } from '../../../../bench/anomalies/detect/vus-pr.ts';
import { detectSeries } from '../../../../bench/anomalies/detect-series.ts';
import { median } from '../../../../core/shared/maths/averages.ts';

const DATA = process.env.FORESTALL_DATA ?? resolve(import.meta.dirname, '../../../../../shared/data');

describe('alert-level figures', () => {
  const series = {
    timestamps: Array.from({ length: 1000 }, (_, i) => i * 86.4),
    windows: [{ first: 400, last: 599 }],
  };

  it('counts alerts and windows after the probation', () => {
    const figures = alertLevel([{ ...series, alerts: [10, 300, 450, 560] }]);
    expect(figures).toMatchObject({ alerts: 3, recall: 1, medianDelayRows: -50 });
    expect(figures.precision).toBeCloseTo(2 / 3, 12);
    expect(figures.f1).toBeCloseTo(0.8, 12);
    expect(figures.alertsPerMetricDay).toBeCloseTo(3 / (849 * 0.001), 6);
  });

  it('counts only alerts near the labelled moment if strict', () => {
    expect(alertLevel([{ ...series, alerts: [450] }], true)).toMatchObject({
      precision: 0,
      recall: 0,
      f1: 0,
    });
    expect(alertLevel([{ ...series, alerts: [488, 572] }], true)).toMatchObject({
      precision: 1,
      medianDelayRows: -12,
    });
  });

  it('calculates medians', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
    expect(median([])).toBeNaN();
  });
});

describe('VUS-PR', () => {
  const scores = (rows: readonly number[]): number[] =>
    Array.from({ length: 200 }, (_, i) => (rows.includes(i) ? 1 : 0));

  it('is near 1 for the labelled span itself and near its share for a constant score', () => {
    const span = Array.from({ length: 40 }, (_, i) => 100 + i);
    const perfect = vusPr(scores(span), [{ first: 100, last: 139 }]);
    expect(perfect).toBeGreaterThan(0.85);
    expect(perfect).toBeLessThanOrEqual(1);
    expect(vusPr(scores([]), [{ first: 100, last: 139 }])).toBeLessThan(0.3);
  });

  it('forgives a near miss more than a far one', () => {
    const near = vusPr(scores([98, 99]), [{ first: 100, last: 101 }]);
    const far = vusPr(scores([20, 21]), [{ first: 100, last: 101 }]);
    expect(near).toBeGreaterThan(far);
  });
});

describe('injected faults', () => {
  it('changes nothing before the onset and returns the end of the fault', () => {
    const clean = simulateSeries('cpu-daily', 2500, 4);
    for (const kind of FAULT_KINDS) {
      const faulty = injectFault(clean, kind, 1500, 9);
      expect(faulty.values.slice(0, 1500)).toEqual(clean.values.slice(0, 1500));
      expect(faulty.values.slice(1500, faulty.end + 1)).not.toEqual(clean.values.slice(1500, faulty.end + 1));
      expect(faulty.values.slice(faulty.end + 1)).toEqual(clean.values.slice(faulty.end + 1));
      expect(faulty).toEqual(injectFault(clean, kind, 1500, 9));
    }
  });

  it('removes a season only from series that have one', () => {
    expect(suits('missing season', simulateSeries('queue-square', 4000, 1))).toBe(true);
    expect(suits('missing season', simulateSeries('network-noise', 4000, 1))).toBe(false);
    expect(suits('spike', simulateSeries('network-noise', 4000, 1))).toBe(true);
  });

  it('is calibrated to one false alarm per metric and month', () => {
    const clean = [simulateSeries('cpu-daily', 4000, 1), simulateSeries('queue-square', 4000, 2)];
    const figures = injectedFigures(clean, 'light', 3);
    expect(figures.falseAlarmsPerMetricMonth).toBeLessThanOrEqual(1);
    expect(figures.kinds['level shift']).toMatchObject({ injected: 2 });
  });
});

describe('NAB files', () => {
  it('finds windows by the text before the dot, at the first row of that time', () => {
    const directory = mkdtempSync(join(tmpdir(), 'nab-'));
    mkdirSync(join(directory, 'nab/data'), { recursive: true });
    const rows = ['00:00:00,1', '00:05:00,2', '00:05:00,3', '00:10:00,4'].map((row) => `2014-01-01 ${row}`);
    writeFileSync(join(directory, 'nab/data/a.csv'), `timestamp,value\n${rows.join('\n')}`);
    const label = (last: string) =>
      writeFileSync(
        join(directory, 'nab/windows.json'),
        JSON.stringify({ 'a.csv': [['2014-01-01 00:05:00.000000', last]] }),
      );
    label('2014-01-01 00:10:00.000000');
    const [series] = loadNab(directory);
    expect(series?.windows).toEqual([{ first: 1, last: 3 }]);
    expect(series?.timestamps[1]).toBe(Date.UTC(2014, 0, 1, 0, 5) / 1000);
    label('2014-01-02 00:10:00.000000');
    expect(() => loadNab(directory)).toThrow('a.csv: no row at the labelled time');
    rmSync(directory, { recursive: true });
  });

  it.skipIf(!existsSync(join(DATA, 'nab/windows.json')))(
    'reach the bar at the frozen threshold (needs the data)',
    () => {
      const files = loadNab(DATA).map(({ timestamps, values, windows }) => ({
        scores: detectSeries(timestamps, values).alerts.map(Number),
        windows,
      }));
      expect(nabScoreAt(files, 1)).toBeGreaterThan(72);
    },
  );
});
