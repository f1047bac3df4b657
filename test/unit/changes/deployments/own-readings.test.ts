import { describe, expect, it } from 'vitest';
import { Settings } from '../../../../core/platform/settings/settings.ts';
import { deployedWorld, requests, series, service } from './deployed-world.ts';

const METRICS = {
  latency_ms: { kind: 'gauge', unit: 'ms' },
  error_percent: { kind: 'gauge', unit: '%' },
  request_rate: { kind: 'gauge' },
  cpu_percent: { kind: 'gauge', unit: '%' },
} as const;

/** The last check of a deployment after which only `cpu_percent` falls to a tenth. */
const lastCheck = async (readings: readonly object[]) => {
  const settings = Settings.parse({ version: 1, readings });
  const histories = { ...requests(), cpu_percent: series(80, (value) => value / 10) };
  const world = deployedWorld(
    { 'acme web-1': histories },
    [service('web-1', { metrics: METRICS })],
    settings,
  );
  const { changeId } = await world.report();
  for (let check = 0; check < 4; check++) await world.score({ tenantId: 'acme', changeId, check });
  return world.stored(changeId)!.record.checks.at(-1)!;
};

describe('the health of a deployment', () => {
  it('reads metrics as the tenant does: a fall of what is free does harm', async () => {
    const byName = await lastCheck([]);
    const byTenant = await lastCheck([{ metric: 'cpu_percent', measures: 'free' }]);
    expect(byName.health).toBeGreaterThan(90);
    expect(byTenant.health).toBeLessThan(70);
    expect(byTenant.parts[0]?.text).toContain('cpu_percent');
  });

  it('omits metrics of which the tenant says that no change does harm', async () => {
    const all = await lastCheck([]);
    const fewer = await lastCheck([{ target: 'web-1', metric: 'cpu_percent', harm: 'none' }]);
    expect(fewer.sent).toBe(all.sent - 1);
  });

  it('follows the direction that the tenant gives to any metric', async () => {
    const falls = await lastCheck([{ metric: 'cpu_percent', harm: 'rise' }]);
    expect(falls.health).toBeGreaterThan(90);
    const busy = await lastCheck([{ metric: 'cpu_percent', harm: 'fall' }]);
    expect(busy.health).toBeLessThan(70);
  });
});
