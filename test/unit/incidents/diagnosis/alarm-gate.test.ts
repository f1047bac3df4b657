import { describe, expect, it } from 'vitest';
import { judgeAlarm } from '../../../../core/incidents/diagnosis/alarm-gate.ts';
import { rowsBeforeAlarm } from '../../../../core/incidents/diagnosis/alarm-rows.ts';
import { prepareCase } from '../../../../core/incidents/diagnosis/incident-case.ts';
import { buildMetricWindow } from '../../../../core/incidents/diagnosis/metric-window.ts';

const N = Number.NaN;
const STEP = 300;
/** Rows of a window; the alarm is at the start of the row after `before`. */
const gateOf = (
  metric: 'latency' | 'availability',
  before: readonly number[],
  alarmed: readonly number[],
  normal?: readonly number[],
) => {
  const column = (values: readonly number[]) => ({ node: 'web', metric, statistic: 'Average', values });
  const windowOf = (values: readonly number[]) =>
    buildMetricWindow(
      values.map((_, i) => i * STEP),
      [column(values)],
    );
  return judgeAlarm(
    prepareCase(
      { nodes: ['web'], edges: [] },
      windowOf([...before, ...alarmed]),
      { node: 'web', metric, agg: 'Average', timestamp: before.length * STEP },
      normal === undefined ? null : windowOf(normal),
    ),
  );
};

describe('the alarm of a latency', () => {
  it('is the mean of its two worst rows, as a part of the base', () => {
    expect(gateOf('latency', [1, 1], [1.1, 1.5, 1.3])).toEqual({
      isConvincing: true,
      deviations: null,
      rise: expect.closeTo(0.4, 9),
      message: "the target's latency rose by 40 % (no normal data to compare with)",
    });
    expect(gateOf('latency', [1, 1], [1.5]).rise).toBeCloseTo(0.5, 9);
  });

  it('convinces from ten per cent on', () => {
    expect(gateOf('latency', [1, 1], [1.11]).isConvincing).toBe(true);
    expect(gateOf('latency', [1, 1], [1.09]).isConvincing).toBe(false);
  });

  it('may be a fall', () => {
    expect(gateOf('latency', [1, 1], [0.75])).toMatchObject({
      ...{
        isConvincing: false,
        message: "the target's latency fell by 25 % (no normal data to compare with)",
      },
    });
  });

  it('that was not measured since shows nothing', () => {
    expect(gateOf('latency', [1, 1], [N, N])).toMatchObject({ isConvincing: false, rise: 0 });
  });

  it('of almost nothing is not divided by almost nothing', () => {
    expect(gateOf('latency', [0, 0], [1e-4]).rise).toBeCloseTo(1, 9);
  });
});

describe('the alarm of an availability', () => {
  it('is in points of failed requests, and convinces from one on', () => {
    expect(gateOf('availability', [100, 100], [98, 98])).toEqual({
      ...{ isConvincing: true, deviations: null, rise: expect.closeTo(2, 9) },
      message: "the target's failure rate rose by 2.0 points (no normal data to compare with)",
    });
    expect(gateOf('availability', [100, 100], [99.1, 99.1]).isConvincing).toBe(false);
  });
});

describe('normal data', () => {
  /** From 0.9 to 1.1: a median of 1 and a spread of 0.18 / 3.2897. */
  const normal = Array.from({ length: 101 }, (_, i) => 0.9 + i * 0.002);
  const SPREAD = 0.18 / 3.2897;

  it('measures the alarm in its deviations, and must be exceeded by three', () => {
    const gate = gateOf('latency', [1, 1], [1.3, 1.3], normal);
    expect(gate.deviations).toBeCloseTo(0.3 / SPREAD, 6);
    expect(gate.message).toBe("the target's latency rose by 30 % (5.5 standard deviations)");
    expect(gate.isConvincing).toBe(true);
    expect(gateOf('latency', [1, 1], [1 + 2.9 * SPREAD], normal)).toMatchObject({ isConvincing: false });
    expect(gateOf('latency', [1, 1], [1 + 3.1 * SPREAD], normal)).toMatchObject({ isConvincing: true });
  });

  it('without any spread cannot be compared with', () => {
    expect(
      gateOf(
        'latency',
        [1, 1],
        [1.3],
        normal.map(() => 1),
      ),
    ).toMatchObject({
      ...{ deviations: null, isConvincing: true },
    });
  });
});

describe('rows before an alarm', () => {
  const { timestamps, stepSeconds, nodes } = buildMetricWindow([0, 300, 600, 900], []);
  const flags = (at: number) => rowsBeforeAlarm({ timestamps, stepSeconds, nodes }, at);

  it('end before it, or up to a minute after it; the first is always one', () => {
    expect(flags(600)).toEqual([true, true, false, false]);
    expect(flags(840)).toEqual([true, true, true, false]);
    expect(flags(839)).toEqual([true, true, false, false]);
    expect(flags(0)).toEqual([true, false, false, false]);
  });
});
