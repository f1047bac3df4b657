import type { ChangeRecord } from '../../../../core/changes/change.ts';
import { type ReportedChange, recordChange } from '../../../../core/changes/deployments/record-change.ts';
import type { Target } from '../../../../core/metrics/targets/target.ts';
import { NO_SETTINGS, type Settings } from '../../../../core/platform/settings/settings.ts';
import type { DomainEvent } from '../../../../core/shared/domain-event.ts';
import { makeHandler as makeScore } from '../../../../functions/changes/check-deployment/handler.ts';
import { makeHandler as makeClose } from '../../../../functions/changes/close-deployment-watch/handler.ts';
import { memoryAnomalies } from '../../../fakes/anomalies.ts';
import { memoryForecasts } from '../../../fakes/forecasts.ts';
import { memoryIncidentWorld } from '../../../fakes/incidents.ts';
import { memoryBlocks, memoryRegistry, watched } from '../../../fakes/metrics.ts';
import { memoryQuotas, memorySettings } from '../../../fakes/platform.ts';
import { recordedTelemetry } from '../../../fakes/shared.ts';
import { memoryDeployments } from './memory-deployments.ts';

/** When things are deployed here: 2026-11-21T10:05:00Z. */
export const AT = 1_795_255_500;
export const STEP = 300;
const DAYS = 3;

/** Points of three days and an hour with reproducible noise. */
export const series = (
  level: number,
  after: (value: number, minutes: number) => number = (value) => value,
  days = DAYS,
): (readonly [number, number])[] =>
  Array.from({ length: (days * 86_400 + 3600) / STEP + 1 }, (_, i) => {
    const at = AT - days * 86_400 + i * STEP;
    const noise = Math.sin(i * 12.9898) * 0.5 + Math.sin(i * 0.7) * 0.5;
    const value = level * (1 + 0.02 * noise);
    return [at, at > AT ? after(value, (at - AT) / 60) : value] as const;
  });

type Histories = Readonly<Record<string, Readonly<Record<string, readonly (readonly [number, number])[]>>>>;

const METRICS = {
  latency_ms: { kind: 'gauge', unit: 'ms' },
  error_percent: { kind: 'gauge', unit: '%' },
  request_rate: { kind: 'gauge' },
} as const;

/** A target that sends latency, failures and requests. */
export const service = (targetId: string, over: Partial<Target> = {}): Target =>
  watched(targetId, { metrics: METRICS, lastSeen: AT + 3600, ...over });

/** Histories of such a target, changed after the deployment. */
export const requests = (slower = 1, failing = 0) => ({
  latency_ms: series(120, (value) => value * slower),
  error_percent: series(0.5, (value) => value + failing),
  request_rate: series(80),
});

/** All stores of watching a deployment, in memory. */
export const deployedWorld = (
  histories: Histories,
  targets: readonly Target[] = [service('web-1')],
  settings: Settings = NO_SETTINGS,
) => {
  const clock = { now: (AT + 3700) * 1000 };
  const deployments = memoryDeployments();
  const incidents = memoryIncidentWorld();
  const published: DomainEvent[] = [];
  const log = recordedTelemetry();
  const anomalies = memoryAnomalies();
  const forecasts = memoryForecasts();
  const started = new Map<string, unknown>();
  const now = () => clock.now;
  const events = {
    publish: async (all: readonly DomainEvent[]) => {
      published.push(...all);
    },
  };
  const workflow = {
    start: async (name: string, input: unknown) => {
      if (started.has(name)) return 'already-running' as const;
      started.set(name, input);
      return 'started' as const;
    },
  };
  const { graphs, incidents: store, signals } = incidents.stores;
  const shared = { changes: deployments.store, now, telemetry: log.telemetry };
  const sources = {
    registry: memoryRegistry(targets),
    blocks: memoryBlocks(histories),
    forecasts: forecasts.store,
    settings: memorySettings({ acme: settings }),
  };
  const quotas = memoryQuotas({ watchesPerHour: 2 });
  const reading = { ...shared, quotas, ...sources, anomalies: anomalies.store, incidents: store, graphs };
  const report = (change: Partial<ReportedChange> = {}): Promise<ChangeRecord> =>
    recordChange(
      { ...reading, signals, workflow },
      'acme',
      { target: 'web-1', summary: 'version 41 deployed', kind: 'deployment', at: AT, ...change },
      Math.floor(now() / 1000),
    );
  return {
    ...{
      clock,
      deployments,
      incidents,
      published,
      log,
      anomalies,
      forecasts,
      started,
      reading,
      report,
      events,
    },
    score: makeScore(reading),
    close: makeClose({ ...shared, events }),
    stored: (changeId: string) => deployments.stored.get(`acme ${changeId}`),
  };
};
