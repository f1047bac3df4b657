import { buildDependencyGraph, type DependencyGraph, toCallGraph } from '../diagnosis/dependency-graph.ts';
import { DependencyUnavailableError } from '../errors.ts';
import type { FoldContext } from '../incidents/fold-policy.ts';
import type { ChangeSignal, Signal } from '../incidents/signal.ts';
import { nearness } from '../incidents/topology.ts';
import type {
  ChangeStore,
  GraphStore,
  IncidentBook,
  IncidentStore,
  SignalSender,
  StoredGraph,
  StoredIncident,
} from '../ports/incident-storage.ts';
import type { EventPublisher } from '../ports/messaging.ts';
import type { Telemetry } from '../ports/telemetry.ts';
import { foldBatch } from './fold-batch.ts';
import { type PlannedStep, planStep, SETTLE_SECONDS } from './incident-step.ts';
import { PIPELINE_POLICY } from './pipeline-policy.ts';

export interface FoldDeps {
  readonly incidents: Pick<IncidentStore, 'readBook' | 'write' | 'clearPending'>;
  readonly graphs: Pick<GraphStore, 'get'>;
  readonly changes: Pick<ChangeStore, 'between'>;
  readonly signals: Pick<SignalSender, 'settleLater'>;
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
  { incidents, events }: Pick<FoldDeps, 'incidents' | 'events'>,
  tenantId: string,
  tell: readonly StoredIncident[],
): Promise<void> => {
  if (tell.length === 0) return;
  await events.publish(tell.flatMap(({ pending }) => pending));
  await incidents.clearPending(tenantId, tell);
};

const changesAround = async (
  { changes }: FoldDeps,
  tenantId: string,
  signals: readonly Signal[],
): Promise<readonly ChangeSignal[]> => {
  const times = signals.filter(({ kind }) => kind !== 'change').map(({ at }) => at);
  if (times.length === 0) return [];
  const { changeLookBackSeconds, windowSeconds } = PIPELINE_POLICY;
  const first = times.reduce((least, at) => Math.min(least, at));
  const last = times.reduce((most, at) => Math.max(most, at));
  return changes.between(tenantId, first - changeLookBackSeconds, last + windowSeconds);
};

/** Writes a planned step; false when somebody else was faster. */
export const writeStep = async (
  { incidents, signals }: Pick<FoldDeps, 'incidents' | 'signals'>,
  tenantId: string,
  { write, wantsWake }: PlannedStep,
): Promise<boolean> => {
  if (write === undefined) return true;
  // Sent first: after a crash in between, a needless look is made; the other way round none ever would.
  if (wantsWake) await signals.settleLater(tenantId, SETTLE_SECONDS);
  return incidents.write(write);
};

const report = (
  { telemetry }: FoldDeps,
  tenantId: string,
  signals: number,
  changes: ReturnType<typeof foldBatch>,
): void => {
  const opened = changes.changes.filter(({ before }) => before === undefined).length;
  const resolved = changes.changes.filter(({ after }) => after.status === 'resolved').length;
  telemetry.info('signals folded', { tenantId, signals, opened, resolved, changed: changes.changes.length });
  telemetry.count('SignalFolded', signals);
  telemetry.count('IncidentOpened', opened);
  if (changes.leftOut > 0) {
    telemetry.count('SignalLeftOut', changes.leftOut);
    telemetry.error('an incident is full: signals were left out', { tenantId, leftOut: changes.leftOut });
  }
};

const foldOnce = async (
  deps: FoldDeps,
  tenantId: string,
  signals: readonly Signal[],
  surroundings: Pick<FoldContext, 'isNear' | 'recentChanges'>,
): Promise<number | undefined> => {
  const now = Math.floor(deps.now() / 1000);
  const book: IncidentBook = await deps.incidents.readBook(tenantId);
  const folded = foldBatch(book, signals, { now, policy: PIPELINE_POLICY, ...surroundings });
  const step = planStep(tenantId, book, folded.changes, { now, policy: PIPELINE_POLICY });
  if (!(await writeStep(deps, tenantId, step))) return undefined;
  await publishPending(deps, tenantId, step.tell);
  report(deps, tenantId, folded.taken, folded);
  return folded.taken;
};

/**
 * Folds signals of one tenant into its incidents, stores them and tells of it; with no signals it only settles what
 * has gone quiet. May be repeated after any failure: signals already folded change nothing, and events that were
 * stored and not published are published then.
 * @throws DependencyUnavailableError when others keep writing to the tenant's incidents
 */
export const foldTenant = async (
  deps: FoldDeps,
  tenantId: string,
  signals: readonly Signal[],
): Promise<void> => {
  const graph = await deps.graphs.get(tenantId);
  const isNear = nearness(toCallGraph(currentGraph(tenantId, graph, Math.floor(deps.now() / 1000))));
  const recentChanges = await changesAround(deps, tenantId, signals);
  let left = signals.toSorted((a, b) => a.at - b.at || (a.signalId < b.signalId ? -1 : 1));
  for (let attempt = 1; ; ) {
    const taken = await foldOnce(deps, tenantId, left, { isNear, recentChanges });
    if (taken !== undefined) {
      left = left.slice(taken);
      if (left.length === 0) return;
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
