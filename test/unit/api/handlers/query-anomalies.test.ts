import { describe, expect, it } from 'vitest';
import type { Anomaly } from '../../../../core/anomalies/anomaly.ts';
import { AnomalyPage } from '../../../../core/anomalies/api/anomalies.ts';
import { Baseline } from '../../../../core/anomalies/api/baseline.ts';
import type { IngestionSummary } from '../../../../core/anomalies/ingestion-summary.ts';
import { NO_SETTINGS } from '../../../../core/platform/settings/settings.ts';
import { type AnomalySources, anomalyQueries } from '../../../../functions/api/query-api/anomaly-queries.ts';
import {
  type PlatformSources,
  platformQueries,
} from '../../../../functions/api/query-api/platform-queries.ts';
import { memoryAnomalies, memoryDetectors, memoryIngestion } from '../../../fakes/anomalies.ts';
import { memoryBreakers } from '../../../fakes/breakers.ts';
import { memorySettings } from '../../../fakes/platform.ts';
import { callRoute, type RouteCall } from '../../../fixtures/http-routes.ts';
import { NOW, trained } from '../../anomalies/tracking/target-world.ts';

const anomaly = (timestamp: number, over: Partial<Anomaly> = {}): Anomaly => ({
  ...{ tenantId: 'acme', targetId: 'web-1', metric: 'cpu', timestamp, value: 400, kind: 'behavioural' },
  ...{ since: timestamp - 300, score: 5.123456789, oneIn: 4000, parts: { seasonal: 3.6 } },
  ...{ expected: { lower: 1, upper: 2 }, reason: 'unusual', silenced: undefined },
  ...over,
});

const setup = (over: Partial<AnomalySources & PlatformSources> = {}) => {
  const sources = {
    anomalies: memoryAnomalies([
      ...Array.from({ length: 9 }, (_, i) => anomaly(NOW - i * 60)),
      anomaly(NOW - 30, { targetId: 'db-1', kind: 'duration', silenced: 'disks', expected: undefined }),
      anomaly(NOW, { tenantId: 'globex' }),
    ]).store,
    ingestion: memoryIngestion().store,
    detectors: memoryDetectors().store,
    settings: memorySettings(),
    breakers: memoryBreakers(),
    ...over,
  };
  const { listAnomalies, getBaseline, getIngestion } = anomalyQueries(sources);
  const { getSettings } = platformQueries(sources);
  return {
    getIngestion: (tenant: string) => callRoute(getIngestion, { tenant }, NOW),
    listAnomalies: (query: object) => callRoute(listAnomalies, { query }, NOW),
    getBaseline: (tenant: string, metric: string) =>
      callRoute(getBaseline, { tenant, query: { metric }, params: { targetId: 'web-1' } }, NOW),
    getSettings: (call: RouteCall) => callRoute(getSettings, call, NOW),
  };
};

describe('GET /v1/anomalies', () => {
  it('returns anomalies newest first, in the form of their schema, over pages', async () => {
    const { listAnomalies } = setup();
    const first = AnomalyPage.parse(await listAnomalies({ limit: '4' }));
    expect(first.items.map(({ target }) => target)).toEqual(['web-1', 'db-1', 'web-1', 'web-1']);
    expect(first.items[0]).toEqual({
      ...{ target: 'web-1', metric: 'cpu', kind: 'behavioural', value: 400, oneIn: 4000 },
      ...{ timestamp: new Date(NOW * 1000).toISOString(), since: new Date((NOW - 300) * 1000).toISOString() },
      ...{ score: 5.123457, parts: { seasonal: 3.6 }, expected: { lower: 1, upper: 2 }, reason: 'unusual' },
      active: true,
    });
    expect(first.items[1]).toMatchObject({ silenced: 'disks' });
    const rest = AnomalyPage.parse(await listAnomalies({ limit: '200', cursor: first.nextCursor }));
    expect(rest.items).toHaveLength(6);
    expect(rest.nextCursor).toBeUndefined();
  });

  it('returns whether they are ongoing, and when the others ended', async () => {
    const { listAnomalies } = setup({
      anomalies: memoryAnomalies([
        anomaly(NOW - 60),
        anomaly(NOW - 120, { endedAt: NOW - 100 }),
        // Its target stopped reporting, so its end is unknown.
        anomaly(NOW - 26 * 3600),
      ]).store,
    });
    const items = async (query: object) => AnomalyPage.parse(await listAnomalies(query)).items;
    expect((await items({})).map(({ active, endedAt }) => [active, endedAt])).toEqual([
      [true, undefined],
      [false, new Date((NOW - 100) * 1000).toISOString()],
      [false, undefined],
    ]);
    expect((await items({ active: 'true' }))[0]?.active).toBe(true);
    await expect(listAnomalies({ active: 'no' })).rejects.toMatchObject({ field: 'active' });
  });

  it('filters by time, target, metric and kind', async () => {
    const { listAnomalies } = setup();
    const count = async (query: object) => AnomalyPage.parse(await listAnomalies(query)).items.length;
    expect(await count({ target: 'db-1' })).toBe(1);
    expect(await count({ kind: 'behavioural' })).toBe(9);
    expect(await count({ metric: 'disk' })).toBe(0);
    expect(await count({ from: String(NOW - 60), to: new Date(NOW * 1000).toISOString() })).toBe(3);
  });

  it.each([
    [{ from: '5', to: '4' }, 'from'],
    [{ kind: 'odd' }, 'kind'],
    [{ since: '4' }, 'since'],
  ])('rejects %j', async (query, field) => {
    const { listAnomalies } = setup();
    await expect(listAnomalies(query)).rejects.toMatchObject({ field });
  });
});

describe('GET /v1/targets/{targetId}/baseline', () => {
  it('returns the band of each half hour and whether it is calibrated', async () => {
    const { states } = await trained();
    const { getBaseline } = setup({ detectors: states.store });
    const baseline = Baseline.parse(await getBaseline('acme', 'cpu'));
    expect(baseline).toMatchObject({ target: 'web-1', metric: 'cpu', mode: 'light', calibrated: true });
    expect(baseline.timeOfDay.map(({ time }) => time).slice(0, 3)).toEqual(['00:00', '00:30', '01:00']);
    expect(baseline.timeOfDay).toHaveLength(48);
    // The daily pattern peaks at six in the morning.
    const at = (time: string) => baseline.timeOfDay.find((one) => one.time === time)?.expected;
    expect(at('06:00')?.lower).toBeGreaterThan(at('18:00')?.upper ?? Number.NaN);
    expect(Date.parse(baseline.lastLearned ?? '')).toBeLessThan(NOW * 1000);
  });

  it('does not exist for a metric without learned points, or for a state of another version', async () => {
    const { states } = await trained();
    const { getBaseline } = setup({ detectors: states.store });
    await expect(getBaseline('acme', 'disk')).rejects.toThrow('Nothing has been learned of web-1 disk');
    await expect(getBaseline('globex', 'cpu')).rejects.toThrow('Nothing has been learned');
    states.all().set('acme web-1', { bytes: Uint8Array.of(1), version: '1' });
    await expect(getBaseline('acme', 'cpu')).rejects.toThrow('Nothing has been learned');
  });
});

describe('GET /v1/settings', () => {
  it('returns those of the tenant, or empty ones', async () => {
    const settings = memorySettings({ acme: { ...NO_SETTINGS, version: 3 } });
    const { getSettings } = setup({ settings });
    expect(await getSettings({})).toMatchObject({ version: 3 });
    expect(await getSettings({ tenant: 'globex' })).toEqual(NO_SETTINGS);
    await expect(getSettings({ query: { verbose: '1' } })).rejects.toMatchObject({ field: 'verbose' });
  });
});

describe('ingestion', () => {
  const summary: IngestionSummary = {
    checkedAt: NOW - 120,
    lastSeen: NOW - 180,
    targets: { reporting: 8, late: 1, silent: 1, expired: 2 },
    vanishedMetrics: 3,
    hours: [
      { hour: 1, received: 90, expected: 100 },
      { hour: 2, received: 98, expected: 100 },
    ],
    silence: undefined,
  };

  it('shows targets by state, lag and the share of the expected points', async () => {
    const ingestion = memoryIngestion();
    ingestion.stored.set('acme', summary);
    ingestion.stored.set('globex', { ...summary, lastSeen: 0, hours: [], silence: 'nothing arrives' });
    const { getIngestion } = setup({ ingestion: ingestion.store });
    expect(await getIngestion('acme')).toEqual({
      checkedAt: new Date((NOW - 120) * 1000).toISOString(),
      lastSeen: new Date((NOW - 180) * 1000).toISOString(),
      lagSeconds: 180,
      targets: summary.targets,
      vanishedMetrics: 3,
      expectedShare: 0.94,
    });
    const body = await getIngestion('globex');
    expect(body).toMatchObject({ silence: 'nothing arrives' });
    expect(body).not.toHaveProperty('lagSeconds');
    expect(body).not.toHaveProperty('expectedShare');
  });

  it('is empty before the first check', async () => {
    const body = await setup().getIngestion('acme');
    expect(body).toEqual({ targets: { reporting: 0, late: 0, silent: 0, expired: 0 }, vanishedMetrics: 0 });
  });
});
