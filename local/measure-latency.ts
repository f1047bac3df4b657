/**
 * `npm run measure:latency -- --targets 1000` measures, in the emulator, the time from sending an unusual point until its
 * anomaly and its incident are stored. Before that, every target learns three days with a daily pattern.
 */

import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { DependencyUnavailableError } from '../core/shared/errors.ts';
import { inParallel } from '../core/shared/in-parallel.ts';
import { DAY_SECONDS } from '../core/shared/time.ts';
import { type ProfiledSeries, toIngestBodies } from '../core/simulator/ingest-body.ts';
import { confirmStored, send } from './feed.ts';
import { replay } from './replay/replay-fleet.ts';
import { openSession, type Session } from './session.ts';
import { StageTimes } from './stage-times.ts';

const STEP = 300;
const DAYS = 3;
const METRIC = 'cpu_percent';
const SPIKE = 99;
const POLL_MILLISECONDS = 250;
/** Polling loads the emulator too: the pause between polls is this multiple of the duration of a poll. */
const PAUSE_FACTOR = 4;
const PATIENCE_MILLISECONDS = 600_000;
/** Points of hours that may not be complete yet; the measurement does not wait for these. */
const OPEN_POINTS = 24;
/** Fifty hosts per request, as a collector sends them. */
const TARGETS_PER_REQUEST = 50;

const targetOf = (index: number): string => `host-${String(index).padStart(4, '0')}`;

const rhythm = (target: number, at: number): number => {
  const noise = Math.sin((at / STEP) * 12.9898 + target * 78.233) * 43758.5453;
  return 40 + 15 * Math.sin((2 * Math.PI * at) / DAY_SECONDS + target) + 3 * (noise - Math.floor(noise));
};

const seriesOf = (
  target: number,
  timestamps: readonly number[],
  values: readonly number[],
): ProfiledSeries => ({
  targetId: targetOf(target),
  metric: METRIC,
  kind: 'gauge',
  timestamps,
  values,
});

function* taught(targets: number, now: number): Generator<ProfiledSeries> {
  const times = Array.from(
    { length: (DAYS * DAY_SECONDS) / STEP },
    (_, i) => now - DAYS * DAY_SECONDS + i * STEP,
  );
  for (let target = 0; target < targets; target++) {
    yield seriesOf(
      target,
      times,
      times.map((at) => rhythm(target, at)),
    );
  }
}

/** @throws DependencyUnavailableError if the condition is not met within ten minutes */
const until = async (what: string, isTrue: () => Promise<boolean>): Promise<void> => {
  const deadline = performance.now() + PATIENCE_MILLISECONDS;
  for (;;) {
    const begun = performance.now();
    if (await isTrue()) return;
    const now = performance.now();
    if (now > deadline) throw new DependencyUnavailableError(`${what}: not within ten minutes`);
    await wait(Math.max(POLL_MILLISECONDS, PAUSE_FACTOR * (now - begun)));
  }
};

const learned = async ({ client }: Session, target: number): Promise<boolean> => {
  try {
    return (
      ((await client.baseline(targetOf(target), METRIC)).points ?? 0) >=
      DAYS * (DAY_SECONDS / STEP) - OPEN_POINTS
    );
  } catch {
    return false;
  }
};

/** Sends one spike for every target; returns the time at which each was sent. */
const sendSpikes = async ({ client }: Session, targets: number): Promise<Map<string, number>> => {
  const at = Math.floor(Date.now() / 1000) - 30;
  const sentAt = new Map<string, number>();
  const groups = Array.from({ length: Math.ceil(targets / TARGETS_PER_REQUEST) }, (_, g) =>
    Array.from({ length: TARGETS_PER_REQUEST }, (_, i) => g * TARGETS_PER_REQUEST + i).filter(
      (t) => t < targets,
    ),
  );
  await inParallel(4, groups, async (group) => {
    for (const target of group) sentAt.set(targetOf(target), performance.now());
    const series = group.map((target) => seriesOf(target, [at], [SPIKE]));
    await replay(client, toIngestBodies(series, 10_000), { concurrency: 1 });
  });
  return sentAt;
};

/** For each target, the milliseconds from sending to the end of the first poll that returns it. */
const arrivals = async (
  what: string,
  sentAt: ReadonlyMap<string, number>,
  seen: () => AsyncIterable<string>,
): Promise<ReadonlyMap<string, number>> => {
  const took = new Map<string, number>();
  await until(what, async () => {
    for await (const target of seen()) {
      const sent = sentAt.get(target);
      if (sent !== undefined && !took.has(target)) took.set(target, performance.now() - sent);
    }
    return took.size === sentAt.size;
  });
  return took;
};

async function* anomalousTargets({ client }: Session): AsyncGenerator<string> {
  for await (const { target, value } of client.anomalies()) if (value === SPIKE) yield target;
}

async function* targetsInIncidents({ client }: Session): AsyncGenerator<string> {
  for await (const { targets } of client.incidents()) yield* targets;
}

const quantile = (milliseconds: readonly number[], level: number): string => {
  const sorted = milliseconds.toSorted((a, b) => a - b);
  const at = sorted[Math.min(sorted.length - 1, Math.floor(level * sorted.length))] ?? Number.NaN;
  return `${(at / 1000).toFixed(1)} s`;
};

const summary = (milliseconds: Iterable<number>): string => {
  const all = [...milliseconds];
  return `p50 ${quantile(all, 0.5)}, p95 ${quantile(all, 0.95)}`;
};

const measure = async (session: Session, targets: number, stages: StageTimes): Promise<void> => {
  const now = Math.floor(Date.now() / STEP / 1000) * STEP;
  const source = { title: `${targets} targets, ${DAYS} days`, series: taught(targets, now), notes: [] };
  await confirmStored(session, await send(session, source, stages), stages);
  await stages.run('Learn every series', async () => {
    for (let target = 0; target < targets; target++) await until('learning', () => learned(session, target));
  });
  await stages.run('Find the spikes', async (say) => {
    const sentAt = await sendSpikes(session, targets);
    const [anomalies, incidents] = await Promise.all([
      arrivals('anomalies', sentAt, () => anomalousTargets(session)),
      arrivals('incidents', sentAt, () => targetsInIncidents(session)),
    ]);
    const after = [...incidents].map(([target, took]) => Math.max(0, took - (anomalies.get(target) ?? 0)));
    say(`stored anomaly: ${summary(anomalies.values())}`);
    say(`stored incident: ${summary(incidents.values())}, after its anomaly: ${summary(after)}`);
    let count = 0;
    for await (const _ of session.client.incidents()) count++;
    say(`incidents: ${count}`);
  });
};

const { values } = parseArgs({ options: { targets: { type: 'string', default: '1000' } } });
const projectRoot = join(import.meta.dirname, '..');
const stages = new StageTimes(process.stdout);
const session = await openSession({ projectRoot, stages, folder: join(projectRoot, '.local', 'latency') });
try {
  await measure(session, Number(values.targets), stages);
} finally {
  await session.close();
}
process.exit(0);
