import type { Telemetry } from '../../shared/telemetry.ts';
import { currentGraph, toCallGraph } from '../dependency-graph.ts';
import { INCIDENT_POLICY } from '../incident-policy.ts';
import { type CommitDeps, commitWrite, untilWritten } from '../lifecycle/commit-write.ts';
import { planWrite } from '../lifecycle/plan-write.ts';
import type { ChangeStore, FleetSizes, GraphStore, IncidentStore } from '../ports.ts';
import { byTime, type ChangeSignal, isEnd, type Signal } from '../signal.ts';
import { nearness } from '../topology/nearness.ts';
import { type BatchContext, type GroupedBatch, groupBatch } from './group-batch.ts';
import { minCoincidence } from './min-coincidence.ts';

export interface GroupingDeps extends CommitDeps {
  readonly incidents: Pick<IncidentStore, 'readOpen' | 'write' | 'clearPending'>;
  readonly graphs: Pick<GraphStore, 'get'>;
  readonly changes: Pick<ChangeStore, 'between'>;
  readonly fleets: FleetSizes;
  readonly telemetry: Telemetry;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Waits before the next attempt. */
  readonly pause: (attempt: number) => Promise<void>;
}

/** Signals and unfinished incidents that still need a write. */
interface Backlog {
  readonly signals: readonly Signal[];
  readonly unfinished: readonly string[];
}

/**
 * Groups signals of one tenant into its incidents, stores and announces the changes; without signals it only resolves
 * quiet incidents. It may be repeated after any failure: signals already grouped change nothing, and events that were
 * stored but not published are published then.
 * @throws DependencyUnavailableError if other writers keep changing the tenant's incidents
 */
export const groupSignals = async (
  deps: GroupingDeps,
  tenantId: string,
  signals: readonly Signal[],
): Promise<void> => {
  const context = await contextOf(deps, tenantId, signals);
  let backlog: Backlog = { signals: signals.toSorted(byTime), unfinished: [] };
  do {
    const current = backlog;
    backlog = await untilWritten(deps.pause, `signals of ${tenantId} could not be grouped`, () =>
      writeBatch(deps, tenantId, current, context),
    );
  } while (backlog.signals.length + backlog.unfinished.length > 0);
};

const contextOf = async (
  deps: GroupingDeps,
  tenantId: string,
  signals: readonly Signal[],
): Promise<Omit<BatchContext, 'now'>> => {
  const hasOnsets = signals.some((signal) => signal.kind !== 'change' && !isEnd(signal));
  const [graph, recentChanges, targets] = await Promise.all([
    deps.graphs.get(tenantId),
    changesAround(deps, tenantId, signals),
    hasOnsets ? deps.fleets.count(tenantId) : 0,
  ]);
  return {
    policy: INCIDENT_POLICY,
    isNear: nearness(toCallGraph(currentGraph(tenantId, graph, Math.floor(deps.now() / 1000)))),
    recentChanges,
    coincidenceTargets: minCoincidence(targets, INCIDENT_POLICY.coincidenceSeconds),
  };
};

const changesAround = async (
  { changes }: GroupingDeps,
  tenantId: string,
  signals: readonly Signal[],
): Promise<readonly ChangeSignal[]> => {
  const times = signals.filter(({ kind }) => kind !== 'change').map(({ at }) => at);
  if (times.length === 0) return [];
  const { changeLookBackSeconds, windowSeconds } = INCIDENT_POLICY;
  const first = times.reduce((min, at) => Math.min(min, at));
  const last = times.reduce((max, at) => Math.max(max, at));
  return changes.between(tenantId, first - changeLookBackSeconds, last + windowSeconds);
};

/** One write of as many signals as it can hold. */
const writeBatch = async (
  deps: GroupingDeps,
  tenantId: string,
  { signals, unfinished }: Backlog,
  context: Omit<BatchContext, 'now'>,
): Promise<Backlog | 'lost-race'> => {
  const now = Math.floor(deps.now() / 1000);
  const open = await deps.incidents.readOpen(tenantId);
  const grouped = groupBatch(open, signals, { now, ...context }, unfinished);
  const moment = { now, policy: context.policy };
  const planned = planWrite(tenantId, open, grouped.changes, moment, grouped.earlyEnds);
  if (!(await commitWrite(deps, tenantId, planned))) return 'lost-race';
  report(deps, tenantId, grouped);
  return { signals: signals.slice(grouped.taken), unfinished: grouped.unfinished };
};

const omittedIn = (changes: GroupedBatch['changes']): number =>
  changes.reduce(
    (sum, { before, after }) =>
      sum + Math.max(0, (after.omittedSignals ?? 0) - (before?.incident.omittedSignals ?? 0)),
    0,
  );

const report = (
  { telemetry }: GroupingDeps,
  tenantId: string,
  { taken: signals, changes, earlyEnds }: GroupedBatch,
): void => {
  const opened = changes.filter(({ before }) => before === undefined).length;
  const resolved = changes.filter(({ after }) => after.status === 'resolved').length;
  const absorbed = changes.reduce((sum, change) => sum + change.absorbed.length, 0);
  const counts = { signals, opened, resolved, absorbed, changed: changes.length, earlyEnds: earlyEnds.size };
  telemetry.info('signals grouped', { tenantId, ...counts });
  telemetry.count('SignalGrouped', signals);
  telemetry.count('IncidentOpened', opened);
  const omitted = omittedIn(changes);
  if (omitted > 0) {
    telemetry.count('SignalOmitted', omitted);
    telemetry.error('an incident is full: further signals are only counted', { tenantId, omitted });
  }
};
