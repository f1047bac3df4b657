import type { BlockStore, TargetRegistry } from '../../metrics/ports.ts';
import type { SettingsStore } from '../../platform/settings/ports.ts';
import { settingsOrNone } from '../../platform/settings/settings-or-none.ts';
import type { Json } from '../../shared/canonical-json.ts';
import { DependencyUnavailableError } from '../../shared/errors.ts';
import type { Telemetry } from '../../shared/telemetry.ts';
import { DAY_SECONDS } from '../../shared/time.ts';
import type { CausesReport } from '../causes-report.ts';
import { currentGraph, toCallGraph } from '../dependency-graph.ts';
import { type Incident, isOngoing, targetsOf } from '../incident.ts';
import type {
  CauseStore,
  ChangeStore,
  DiagnosisRecord,
  GraphStore,
  IncidentStore,
  StoredIncident,
} from '../ports.ts';
import { INCIDENT_RETENTION_SECONDS } from '../retention.ts';
import { diagnosisInputs } from './diagnosis-inputs.ts';
import { MAX_TARGETS, targetsInReach } from './diagnosis-scope.ts';
import { pastIncidentOf } from './past-incident.ts';
import { readHistories } from './read-histories.ts';
import { reportFromInputs } from './report-from-inputs.ts';

export interface DiagnosisDeps {
  readonly incidents: Pick<IncidentStore, 'get'>;
  readonly graphs: Pick<GraphStore, 'get'>;
  readonly changes: Pick<ChangeStore, 'between'>;
  readonly causes: CauseStore;
  readonly record: DiagnosisRecord;
  readonly registry: Pick<TargetRegistry, 'get' | 'list'>;
  readonly blocks: Pick<BlockStore, 'readRange'>;
  readonly settings: Pick<SettingsStore, 'get'>;
  readonly telemetry: Telemetry;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Runs work over items, at most `limit` at a time. */
  readonly inParallel: <Item, Result>(
    limit: number,
    items: readonly Item[],
    work: (item: Item) => Promise<Result>,
  ) => Promise<Result[]>;
}

const READS_AT_ONCE = 8;
const PAST_INCIDENTS = 200;
const CHANGES_BEFORE_SECONDS = DAY_SECONDS;
/** Maximum number of targets that are compared over time if the graph does not link them. */
const MAX_UNLINKED = 40;

/** Targets whose metrics are read: those in reach along calls or, if the graph has no neighbours, others of the tenant. */
const targetIdsOf = async (
  { registry }: DiagnosisDeps,
  incident: Incident,
  inReach: readonly string[],
): Promise<string[]> => {
  const own = targetsOf(incident);
  if (inReach.length > own.length) return [...inReach];
  const page = await registry.list(incident.tenantId, { limit: MAX_UNLINKED });
  const ids = new Set([...own, ...page.items.map(({ targetId }) => targetId)]);
  return [...ids].slice(0, Math.max(MAX_UNLINKED, Math.min(own.length, MAX_TARGETS)));
};

const gather = async (deps: DiagnosisDeps, stored: StoredIncident): Promise<Json> => {
  const { incident } = stored;
  const { tenantId, startedAt, lastAt } = incident;
  const now = Math.floor(deps.now() / 1000);
  const graph = currentGraph(tenantId, await deps.graphs.get(tenantId), now);
  const ids = await targetIdsOf(deps, incident, targetsInReach(incident, toCallGraph(graph)));
  const settings = await settingsOrNone(deps.settings, deps.telemetry).get(tenantId);
  const source = { incident, settings, now };
  const read = await deps.inParallel(READS_AT_ONCE, ids, (id) => readHistories(deps, source, id));
  const changes = await deps.changes.between(tenantId, startedAt - CHANGES_BEFORE_SECONDS, lastAt);
  const past = await deps.causes.past(tenantId, PAST_INCIDENTS);
  const data = read.filter((each) => each !== undefined);
  return diagnosisInputs({ stored, graph, data, changes, past, now });
};

interface Recording {
  readonly inputsHash?: string;
  /** Thrown once the causes are stored: people wait for these, with or without a record. */
  readonly failure?: DependencyUnavailableError;
}

/** Records nothing about an incident that is over, about which nothing is decided any more. */
const recordInputs = async (
  { record, telemetry }: DiagnosisDeps,
  { incident }: StoredIncident,
  inputs: Json,
): Promise<Recording> => {
  if (!isOngoing(incident)) return {};
  const { tenantId, incidentId } = incident;
  try {
    return { inputsHash: await record.put(tenantId, inputs) };
  } catch (cause) {
    telemetry.count('DiagnosisNotRecorded');
    const reason = `the causes of ${incidentId} are stored, but what they were computed from could not be recorded`;
    return { failure: new DependencyUnavailableError(reason, { cause }) };
  }
};

/**
 * Diagnoses an incident as it is stored now, and stores the causes; for a closed incident also the lesson for later ones.
 * It may be repeated: the report on the newest version of the incident wins.
 * @throws DependencyUnavailableError if the causes are stored, but not what they were computed from
 */
export const diagnoseIncident = async (
  deps: DiagnosisDeps,
  tenantId: string,
  incidentId: string,
): Promise<void> => {
  const stored = await deps.incidents.get(tenantId, incidentId);
  if (stored === undefined) {
    deps.telemetry.info('the incident no longer exists', { tenantId, incidentId });
    return;
  }
  const inputs = await gather(deps, stored);
  const { failure, ...recorded } = await recordInputs(deps, stored, inputs);
  const report: CausesReport = { ...reportFromInputs(inputs), ...recorded };
  const expiresAt = Math.floor(stored.incident.lastAt) + INCIDENT_RETENTION_SECONDS;
  await deps.causes.put(tenantId, report, expiresAt);
  const lesson = pastIncidentOf(stored.incident, report);
  if (lesson !== undefined) await deps.causes.remember(tenantId, lesson, expiresAt);
  const [first] = report.causes;
  deps.telemetry.info('incident explained', {
    ...{ tenantId, incidentId, method: report.method, causes: report.causes.length },
    ...{ cause: first?.node, confidence: first?.confidence },
  });
  deps.telemetry.count('IncidentExplained');
  if (failure !== undefined) throw failure;
};
