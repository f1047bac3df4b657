import { describe, expect, it } from 'vitest';
import { readHistories } from '../../../../core/incidents/explaining/read-histories.ts';
import { groupSignals } from '../../../../core/incidents/grouping/group-signals.ts';
import { NO_SETTINGS, Settings } from '../../../../core/platform/settings/settings.ts';
import { memoryBlocks, memoryRegistry, watched } from '../../../fakes/metrics.ts';
import { recordedTelemetry } from '../../../fakes/shared.ts';
import { anomaly, groupingWorld, NOW } from './samples.ts';

const everySecond = Array.from({ length: 2 * 3600 }, (_, i) => [NOW - 2 * 3600 + i, 1] as const);

const histories = async (settings: Settings) => {
  const world = groupingWorld();
  await groupSignals(world.deps, 'acme', [anomaly('web-1')]);
  const { incident } = world.all()[0]!;
  const deps = {
    registry: memoryRegistry([watched('web-1', { metrics: { requests: { kind: 'delta' } } })]),
    blocks: memoryBlocks({ 'acme web-1': { requests: everySecond } }),
    telemetry: recordedTelemetry().telemetry,
  };
  const read = await readHistories(deps, { incident, settings, now: NOW }, 'web-1');
  return read!.histories.get('requests')!;
};
const total = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);

describe('the histories that a diagnosis reads', () => {
  it('have a point a minute although the target sends every second, and the same totals', async () => {
    const { values } = await histories(NO_SETTINGS);
    expect(values.length).toBeLessThanOrEqual(121);
    expect(total(values)).toBe(7200);
  });

  it("are reduced as the tenant's settings read the metric", async () => {
    const readings = [{ metric: 'requests', kind: 'gauge' }];
    const { values } = await histories(Settings.parse({ version: 1, readings }));
    expect(new Set(values)).toEqual(new Set([1]));
  });
});
