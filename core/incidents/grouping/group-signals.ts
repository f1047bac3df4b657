import { DependencyUnavailableError } from '../../shared/errors.ts';
import type { EventPublisher } from '../../shared/messaging.ts';
import type { Telemetry } from '../../shared/telemetry.ts';
import { buildDependencyGraph, type DependencyGraph, toCallGraph } from '../dependency-graph.ts';
import { INCIDENT_POLICY } from '../incident-policy.ts';
import { type PlannedWrite, planWrite } from '../lifecycle/plan-write.ts';
import type {
  ChangeStore,
  FleetSizes,
  GraphStore,
  IncidentStore,
  OpenIncidents,
  SignalSender,
  StoredGraph,
  StoredIncident,
} from '../ports.ts';
import { byTime, type ChangeSignal, isEnd, type Signal } from '../signal.ts';
import { nearness } from '../topology/nearness.ts';
import { minCoincidence } from './coincidence.ts';
import { type GroupedBatch, groupBatch, type Surroundings } from './group-batch.ts';

export interface GroupingDeps {
  readonly incidents: Pick<IncidentStore, 'readOpen' | 'write' | 'clearPending'>;
  readonly graphs: Pick<GraphStore, 'get'>;
  readonly changes: Pick<ChangeStore, 'between'>;
  readonly fleets: FleetSizes;
  readonly signals: Pick<SignalSender, 'requestQuietCheck'>;
  readonly events: EventPublisher;
  readonly telemetry: Telemetry;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Waits before attempt 1, 2, ... */
  readonly pause: (attempt: number) => Promise<void>;
}

const ATTEMPTS = 8;

/** The tenant's graph as of now: edges that were not seen for two weeks are left out. */
export const currentGraph = (tenantId: string, stored: StoredGraph, now: number): DependencyGraph =>
  buildDependencyGraph(tenantId, { ...stored, now });

/** Publishes what is still to be told and forgets it; repeats carry the same ids. */
export const publishPending = async (
  { incidents, events }: Pick<GroupingDeps, 'incidents' | 'events'>,
  tenantId: string,
  tell: readonly StoredIncident[],
): Promise<void> => {
  if (tell.length === 0) return;
  await events.publish(tell.flatMap(({ pending }) => pending));
  await incidents.clearPending(tenantId, tell);
};

const changesAround = async (
  { changes }: GroupingDeps,
  tenantId: string,
  signals: readonly Signal[],
): Promise<readonly ChangeSignal[]> => {
  const times = signals.filter(({ kind }) => kind !== 'change').map(({ at }) => at);
  if (times.length === 0) return [];
  const { changeLookBackSeconds, windowSeconds } = INCIDENT_POLICY;
  const first = times.reduce((least, at) => Math.min(least, at));
  const last = times.reduce((most, at) => Math.max(most, at));
  return changes.between(tenantId, first - changeLookBackSeconds, last + windowSeconds);
};

/** Writes a planned step; false when somebody else was faster. */
export const commitWrite = async (
  { incidents, signals }: Pick<GroupingDeps, 'incidents' | 'signals'>,
  tenantId: string,
  { write, wakeAfter }: PlannedWrite,
): Promise<boolean> => {
  if (write === undefined) return true;
  // Sent first: after a crash in between, a needless look is made; the other way round none ever would.
  if (wakeAfter !== undefined) await signals.requestQuietCheck(tenantId, wakeAfter);
  return incidents.write(write);
};

const report = (
  { telemetry }: GroupingDeps,
  tenantId: string,
  { taken: signals, changes, earlyEnds }: GroupedBatch,
): void => {
  const opened = changes.filter(({ before }) => before === undefined).length;
  const resolved = changes.filter(({ after }) => after.status === 'resolved').length;
  const absorbed = changes.reduce((sum, change) => sum + change.absorbed.length, 0);
  const counts = { signals, opened, resolved, absorbed, changed: changes.length, earlyEnds: earlyEnds.size };
  telemetry.info('signals folded', { tenantId, ...counts });
  telemetry.count('SignalGrouped', signals);
  telemetry.count('IncidentOpened', opened);
  const omittedSignals = changes.reduce((sum, { before, after }) => {
    const known = before?.incident.omittedSignals ?? 0;
    return sum + Math.max(0, (after.omittedSignals ?? 0) - known);
  }, 0);
  if (omittedSignals > 0) {
    telemetry.count('SignalOmitted', omittedSignals);
    telemetry.error('an incident is full: signals are counted only', { tenantId, omittedSignals });
  }
};

/** What is still to be folded. */
interface Backlog {
  readonly signals: readonly Signal[];
  readonly unfinished: readonly string[];
}

/** One step; undefined when somebody else was faster. */
const groupOnce = async (
  deps: GroupingDeps,
  tenantId: string,
  { signals, unfinished }: Backlog,
  surroundings: Omit<Surroundings, 'now'>,
): Promise<Backlog | undefined> => {
  const now = Math.floor(deps.now() / 1000);
  const book: OpenIncidents = await deps.incidents.readOpen(tenantId);
  const folded = groupBatch(book, signals, { now, ...surroundings }, unfinished);
  const { policy } = surroundings;
  const step = planWrite(tenantId, book, folded.changes, { now, policy }, folded.earlyEnds);
  if (!(await commitWrite(deps, tenantId, step))) return undefined;
  await publishPending(deps, tenantId, step.tell);
  report(deps, tenantId, folded);
  return { signals: signals.slice(folded.taken), unfinished: folded.unfinished };
};

const surroundingsOf = async (
  deps: GroupingDeps,
  tenantId: string,
  signals: readonly Signal[],
): Promise<Omit<Surroundings, 'now'>> => {
  const canCoincide = signals.some((signal) => signal.kind !== 'change' && !isEnd(signal));
  const [graph, recentChanges, targets] = await Promise.all([
    deps.graphs.get(tenantId),
    changesAround(deps, tenantId, signals),
    canCoincide ? deps.fleets.count(tenantId) : 0,
  ]);
  return {
    policy: INCIDENT_POLICY,
    isNear: nearness(toCallGraph(currentGraph(tenantId, graph, Math.floor(deps.now() / 1000)))),
    recentChanges,
    coincidenceTargets: minCoincidence(targets, INCIDENT_POLICY.coincidenceSeconds),
  };
};

/**
 * Folds signals of one tenant into its incidents, stores them and tells of it; with no signals it only settles what
 * has gone quiet. May be repeated after any failure: signals already folded change nothing, and events that were
 * stored and not published are published then.
 * @throws DependencyUnavailableError when others keep writing to the tenant's incidents
 */
export const groupSignals = async (
  deps: GroupingDeps,
  tenantId: string,
  signals: readonly Signal[],
): Promise<void> => {
  const surroundings = await surroundingsOf(deps, tenantId, signals);
  let backlog: Backlog = { signals: signals.toSorted(byTime), unfinished: [] };
  for (let attempt = 1; ; ) {
    const left = await groupOnce(deps, tenantId, backlog, surroundings);
    if (left !== undefined) {
      backlog = left;
      if (left.signals.length + left.unfinished.length === 0) return;
      attempt = 1;
      continue;
    }
    if (attempt === ATTEMPTS) {
      throw new DependencyUnavailableError(
        `the incidents of ${tenantId} kept changing while signals were folded`,
      );
    }
    await deps.pause(attempt++);
  }
};
