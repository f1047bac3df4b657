/** Reads the data of one check of a deployment. */

import type { Anomaly } from '../../anomalies/anomaly.ts';
import type { AnomalyStore } from '../../anomalies/ports.ts';
import type { ForecastStore } from '../../forecasts/ports.ts';
import { buildDependencyGraph } from '../../incidents/dependency-graph.ts';
import type { IncidentMember } from '../../incidents/incident.ts';
import { subjectOf } from '../../incidents/members.ts';
import type { GraphStore, IncidentStore } from '../../incidents/ports.ts';
import { confidenceOfAnomaly } from '../../incidents/signal.ts';
import type { BlockStore, TargetRegistry } from '../../metrics/ports.ts';
import { readHistory } from '../../metrics/reporting/read-history.ts';
import { readMetric } from '../../metrics/targets/read-metric.ts';
import type { Target } from '../../metrics/targets/target.ts';
import type { SettingsStore } from '../../platform/settings/ports.ts';
import type { Settings } from '../../platform/settings/settings.ts';
import { settingsOrNone } from '../../platform/settings/settings-or-none.ts';
import { InvalidInputError, UnreadableItemError } from '../../shared/errors.ts';
import type { Telemetry } from '../../shared/telemetry.ts';
import { HOUR_SECONDS, hourOf } from '../../shared/time.ts';
import type { ChangeRecord } from '../change.ts';
import type { DeploymentStore } from '../ports.ts';
import type { DeployWindow } from './health/deploy-effect.ts';
import { harmMeaningOf } from './health/harm-direction.ts';
import type { Report, ScoreMaterial } from './health/score-deployment.ts';
import type { TargetMaterial } from './health/target-effects.ts';
import { watchScope } from './watch-scope.ts';

export interface GatherDeps {
  readonly changes: Pick<DeploymentStore, 'during'>;
  readonly registry: Pick<TargetRegistry, 'get' | 'list'>;
  readonly blocks: Pick<BlockStore, 'readRange'>;
  readonly forecasts: Pick<ForecastStore, 'get'>;
  readonly anomalies: Pick<AnomalyStore, 'list'>;
  readonly incidents: Pick<IncidentStore, 'readOpen'>;
  readonly graphs: Pick<GraphStore, 'get'>;
  readonly settings: Pick<SettingsStore, 'get'>;
  readonly telemetry: Telemetry;
  /** Runs at most `limit` at once and returns results in order. */
  readonly inParallel: <Item, Result>(
    limit: number,
    items: readonly Item[],
    work: (item: Item) => Promise<Result>,
  ) => Promise<Result[]>;
}

/** A week covers every day's rhythm; more data adds little. */
const HISTORY_HOURS = 7 * 24;
const MAX_PARALLEL_READS = 4;
/** Limit on the targets considered as peers, and on the anomalies read. */
const MAX_LISTED = 200;
/** Targets deployed this close in time cannot serve as a control group. */
const DEPLOYED_NEAR_SECONDS = 2 * HOUR_SECONDS;

/** A target and the settings by which its metrics are read. */
interface ReadTarget {
  readonly target: Target;
  readonly settings: Settings;
}

const materialOf = async (
  { blocks, forecasts }: GatherDeps,
  { target, settings }: ReadTarget,
  window: DeployWindow,
  withForecast: boolean,
): Promise<TargetMaterial> => {
  const { tenantId, targetId } = target;
  const [fromHour, toHour] = [hourOf(window.at) - HISTORY_HOURS, hourOf(window.until)];
  const thinAs = (metric: string) => readMetric(target, metric, settings).kind;
  const histories = await readHistory(blocks, { tenantId, targetId, fromHour, toHour }, { thinAs });
  const forecast = withForecast ? await forecasts.get(tenantId, targetId) : undefined;
  const isEarlier = forecast !== undefined && forecast.issuedAt <= window.at * 1000;
  return { target, settings, histories, ...(isEarlier && { forecast }) };
};

const isHarmful = (
  { metric, value, expected }: Anomaly,
  { target, settings }: Pick<TargetMaterial, 'target' | 'settings'>,
): boolean => {
  const { unit, own } = readMetric(target, metric, settings);
  if (own?.harm === 'none') return false;
  const { worse } = harmMeaningOf(metric, unit, own);
  if (expected === undefined || worse === 'either') return true;
  return worse === 'up' ? value > expected.upper : value < expected.lower;
};

const anomalyReports = (
  anomalies: readonly Anomaly[],
  byId: ReadonlyMap<string, TargetMaterial>,
  { at }: DeployWindow,
): Report[] =>
  anomalies
    .filter(({ since, silenced }) => since >= at && silenced === undefined)
    .filter((each) => {
      const known = byId.get(each.targetId);
      return known !== undefined && isHarmful(each, known);
    })
    .map(({ targetId, metric, oneIn }) => ({
      kind: 'anomaly',
      targetId,
      subject: metric,
      confidence: confidenceOfAnomaly(oneIn),
    }));

/** Alarms and predicted breaches since the deployment. Anomalies come from their own records, which have a direction. */
const memberReports = (members: readonly IncidentMember[], { at, until }: DeployWindow): Report[] =>
  members.flatMap((member): Report[] => {
    const { kind, targetId, firstAt, isActive, confidence } = member;
    if (kind === 'anomaly' || firstAt < at || firstAt > until || (kind === 'alarm' && !isActive)) return [];
    return [{ kind, targetId, subject: subjectOf(member), confidence }];
  });

const ownTarget = async (
  { registry }: GatherDeps,
  { tenantId, targetId }: ChangeRecord,
  at: number,
): Promise<Target> => {
  const known = await registry.get(tenantId, targetId);
  // An unknown target has no metrics, so the score will be null.
  return known ?? { tenantId, targetId, profile: 'generic', metrics: {}, firstSeen: at, lastSeen: at };
};

const scopeOf = async (deps: GatherDeps, record: ChangeRecord, own: Target) => {
  const { tenantId, changeId, at } = record;
  const graph = buildDependencyGraph(tenantId, { ...(await deps.graphs.get(tenantId)), now: at });
  const near = await deps.changes.during(tenantId, at - DEPLOYED_NEAR_SECONDS, at + DEPLOYED_NEAR_SECONDS);
  const deployed = near.filter(({ kind }) => kind === 'deployment').map(({ targetId }) => targetId);
  const { items: others } = await deps.registry.list(tenantId, { limit: MAX_LISTED });
  return watchScope({ graph, own, others, deployed: new Set(deployed), changeId, at });
};

const reportsSince = async (
  { anomalies, incidents }: GatherDeps,
  tenantId: string,
  materials: readonly TargetMaterial[],
  window: DeployWindow,
): Promise<Report[]> => {
  const { at: from, until: to } = window;
  const { items } = await anomalies.list(tenantId, { from, to }, { limit: MAX_LISTED });
  const open = await incidents.readOpen(tenantId);
  const members = open.incidents.flatMap(({ incident }) => Object.values(incident.members));
  const byId = new Map(materials.map((each) => [each.target.targetId, each] as const));
  return [...anomalyReports(items, byId, window), ...memberReports(members, window)].filter(({ targetId }) =>
    byId.has(targetId),
  );
};

/** Skips a neighbour or peer whose block or forecast is damaged. Damaged data of the deployed target itself are an error. */
const ifReadable = async (read: Promise<TargetMaterial>): Promise<TargetMaterial[]> => {
  try {
    return [await read];
  } catch (error) {
    if (error instanceof InvalidInputError || error instanceof UnreadableItemError) return [];
    throw error;
  }
};

/** Metrics of the deployed target, its neighbours and peers, and the signals about them since the deployment. */
export const gatherMaterial = async (
  deps: GatherDeps,
  record: ChangeRecord,
  window: DeployWindow,
): Promise<ScoreMaterial> => {
  const { tenantId } = record;
  const settings = await settingsOrNone(deps.settings, deps.telemetry).get(tenantId);
  const own = await ownTarget(deps, record, window.at);
  const scope = await scopeOf(deps, record, own);
  const named = async (ids: readonly string[]): Promise<TargetMaterial[]> => {
    const found = await deps.inParallel(MAX_PARALLEL_READS, ids, async (id) => {
      const target = await deps.registry.get(tenantId, id);
      return target === undefined ? [] : ifReadable(materialOf(deps, { target, settings }, window, true));
    });
    return found.flat();
  };
  const [callers, callees] = [await named(scope.callers), await named(scope.callees)];
  const peers = await deps.inParallel(MAX_PARALLEL_READS, scope.peers, (peer) =>
    ifReadable(materialOf(deps, { target: peer, settings }, window, false)),
  );
  const material = {
    own: await materialOf(deps, { target: own, settings }, window, true),
    callers,
    callees,
    peers: peers.flat(),
  };
  const materials = [material.own, ...callers, ...callees, ...material.peers];
  return { window, ...material, reports: await reportsSince(deps, tenantId, materials, window) };
};
