import { describe, expect, it } from 'vitest';
import { reportTargets } from '../../../../core/metrics/reporting/report-targets.ts';
import { stateOf } from '../../../../core/metrics/reporting/target-report.ts';
import { InvalidInputError } from '../../../../core/shared/errors.ts';
import { memoryBlocks, watched } from '../../../fakes/metrics.ts';

const NOW = 1_795_255_500;
const DAY = 86_400;

type Points = readonly (readonly [number, number])[];

/** Points every `step` seconds from `from` to `to` seconds before now. */
const every = (step: number, from: number, to = 0): Points =>
  Array.from({ length: Math.floor((from - to) / step) + 1 }, (_, i) => [NOW - from + i * step, 1] as const);

const report = async (metrics: Readonly<Record<string, Points>>, lastSeen = NOW - 3600) => {
  const [found] = await reportTargets(
    memoryBlocks({ 'acme web-1': metrics }),
    [watched('web-1', { lastSeen })],
    NOW,
  );
  return found!;
};

describe('how a target reports', () => {
  it.each([
    ['reporting', 300, 300],
    ['reporting', 600, 300],
    ['late', 700, 300],
    ['late', 900, 300],
    ['silent', 901, 300],
    ['reporting', 7200, 3600],
    ['late', 7201, 3600],
    ['silent', 3 * 3600 + 1, 3600],
    ['expired', DAY, 300],
    ['reporting', 3600, undefined],
  ] as const)('is %s %d s after its last point, usually every %s s', (state, lag, interval) => {
    expect(stateOf(lag, { interval, usualPause: interval ?? 0, isSteady: true })).toBe(state);
  });

  it('is late, not silent, in a usual pause', () => {
    expect(stateOf(7200, { interval: 60, usualPause: 23 * 3600, isSteady: true })).toBe('late');
  });

  it('is read from its points: the stored target lags behind', async () => {
    expect(await report({ cpu: every(300, DAY, 120) })).toMatchObject({
      lastSeen: NOW - 120 - 180,
      lagSeconds: 300,
      state: 'reporting',
    });
    expect(await report({ cpu: every(300, DAY, 1200) })).toMatchObject({ lagSeconds: 1200, state: 'silent' });
  });

  it('is read from the stored target if nothing else is known', async () => {
    const damaged = {
      readRange: async () => [
        { key: { tenantId: 'acme', targetId: 'web-1', hour: 1 }, bytes: Uint8Array.of(9, 9), version: 1 },
      ],
    };
    const [found] = await reportTargets(damaged, [watched('web-1', { lastSeen: NOW - 60 })], NOW);
    expect(found).toMatchObject({ lagSeconds: 60, state: 'reporting', expectedShare: undefined });
    const failing = { readRange: () => Promise.reject(new InvalidInputError('never read')) };
    const [old] = await reportTargets(failing, [watched('web-1', { lastSeen: NOW - 4 * DAY })], NOW);
    expect(old).toMatchObject({ lagSeconds: 4 * DAY, state: 'expired' });
  });
});

describe('the share of expected points', () => {
  it('is 1 if all came', async () => {
    expect((await report({ cpu: every(300, DAY), rare: every(3600, DAY) })).expectedShare).toBe(1);
  });

  it('counts what is missing, also of a metric that vanished, and of a silent target', async () => {
    const half = every(300, DAY).filter((_, i) => i % 12 < 9);
    expect((await report({ cpu: half })).expectedShare).toBeCloseTo(0.75, 1);
    const vanished = { cpu: every(300, DAY), disk: every(300, DAY, DAY / 2) };
    expect((await report(vanished)).expectedShare).toBeCloseTo(0.75, 1);
    expect((await report({ cpu: every(300, DAY, DAY / 2) })).expectedShare).toBeCloseTo(0.5, 1);
  });

  it('starts with the first point of a new target', async () => {
    expect((await report({ cpu: every(300, 7200) })).expectedShare).toBe(1);
  });

  it('is unknown of metrics that come on occasion', async () => {
    const bursts = [...every(60, 20 * 3600, 20 * 3600 - 300), ...every(60, 3600, 3300)];
    expect((await report({ errors: bursts })).expectedShare).toBeUndefined();
    expect((await report({ once: every(300, 0) })).expectedShare).toBeUndefined();
  });

  it('is not counted beyond the bytes that one page may read', async () => {
    const bytes = new Uint8Array(50_000_000);
    const huge = {
      readRange: async () => [{ key: { tenantId: 'acme', targetId: 'a', hour: 1 }, bytes, version: 1 }],
    };
    let reads = 0;
    const counted: typeof huge = {
      readRange: () => {
        reads++;
        return huge.readRange();
      },
    };
    const targets = Array.from({ length: 40 }, (_, i) => watched(`t-${i}`));
    expect(await reportTargets(counted, targets, NOW)).toHaveLength(40);
    expect(reads).toBeLessThanOrEqual(13);
  });
});
