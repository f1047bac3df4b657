import { describe, expect, it } from 'vitest';
import { referenceWindow } from '../../../../core/models/drift/comparable-samples.ts';
import { dataDrift, type WatchedSeries } from '../../../../core/models/drift/data-drift.ts';
import { seasonalSeries } from './watched-series.ts';

/** Twelve web servers, of which the first `changed` move up by three spreads. */
const fleet = (
  changed: number,
  change = (value: number) => value + 3,
  metric = 'cpu_percent',
): WatchedSeries[] =>
  Array.from({ length: 12 }, (_, seed) => ({
    ...{ targetId: `web-${seed}`, profile: 'web', metric },
    reference: referenceWindow(seasonalSeries({ seed, from: 0, to: 28 })),
    current: seasonalSeries({ seed, from: 28, to: 35, ...(seed < changed && { change }) }),
  }));

describe('drift of data', () => {
  it('is none in a stable fleet', () => {
    expect(dataDrift(fleet(0))).toEqual({ findings: [], changed: [], tested: 12, untested: 0 });
  });

  it.each([
    [2, 'info'],
    [4, 'warning'],
    [9, 'critical'],
  ])('of %d of 12 series is of severity %s', (changed, severity) => {
    const { findings } = dataDrift(fleet(changed));
    expect(findings).toEqual([
      {
        kind: 'data',
        subject: 'cpu_percent of web targets',
        severity,
        figure: changed / 12,
        threshold: severity === 'critical' ? 0.5 : 0.25,
        reason: expect.stringMatching(
          `^cpu_percent of web targets: ${changed} of 12 series changed since the model was trained, 100 % of them upwards, by \\d\\.\\d usual spreads\\.$`,
        ),
      },
    ]);
  });

  it('names the series, and says if they move down or apart', () => {
    const down = dataDrift(fleet(6, (value) => value - 3));
    expect(down.changed.map(({ targetId }) => targetId)).toContain('web-3');
    expect(down.findings[0]?.reason).toContain('100 % of them downwards');
    const apart = dataDrift(fleet(12, (value) => value + (value % 2 < 1 ? 6 : -6)));
    expect(apart.findings[0]?.reason).toMatch(/trained, by \d/);
  });

  it('is judged for each profile and metric', () => {
    const series = [...fleet(12), ...fleet(0, undefined, 'memory_percent')];
    expect(dataDrift(series).findings.map(({ subject }) => subject)).toEqual(['cpu_percent of web targets']);
  });

  it('of few series of each kind is found in all of them together', () => {
    const mixed = fleet(8).map((one, i) => ({ ...one, profile: `profile-${i % 6}` }));
    const { findings } = dataDrift(mixed);
    expect(findings[0]).toMatchObject({
      subject: 'all targets and metrics',
      severity: 'critical',
      figure: 8 / 12,
    });
    expect(findings.slice(1).map(({ severity }) => severity)).toEqual(new Array(6).fill('info'));
  });

  it('too small to matter is none, however certain', () => {
    const quiet = fleet(12, (value) => value + 1.5);
    const loose = { falseDiscoveries: 0.5, warningShare: 0.25, criticalShare: 0.5 };
    expect(dataDrift(quiet, { ...loose, minDistance: 0.1 }).changed.length).toBeGreaterThan(0);
    expect(dataDrift(quiet, { ...loose, minDistance: 3 }).changed).toEqual([]);
  });

  it('counts series without enough values', () => {
    const [first, ...rest] = fleet(0);
    const short = { ...first!, current: seasonalSeries({ seed: 0, from: 28, to: 29 }) };
    expect(dataDrift([short, ...rest])).toMatchObject({ tested: 11, untested: 1 });
    expect(dataDrift([])).toEqual({ findings: [], changed: [], tested: 0, untested: 0 });
  });
});
