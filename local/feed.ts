import { SQSClient } from '@aws-sdk/client-sqs';
import { formatCount } from '../cli/terminal/format.ts';
import { DependencyUnavailableError } from '../core/shared/errors.ts';
import { DAY_SECONDS } from '../core/shared/time.ts';
import { type ProfiledSeries, profiledSeries, toIngestBodies } from '../core/simulator/ingest-body.ts';
import { simulateFleet } from '../core/simulator/simulate-fleet.ts';
import { sendHostMetrics } from './live-host.ts';
import { waitUntilDrained } from './queue-drain.ts';
import { type FleetFiles, readFleetCsv } from './replay/read-fleet-csv.ts';
import { REPLAY_POINTS_PER_BODY, replay } from './replay/replay-fleet.ts';
import { keepSince, shiftToNow } from './replay/shift-to-now.ts';
import { LOCAL_TENANT, type Session } from './session.ts';
import type { StageTimes } from './stage-times.ts';
import type { StartOptions } from './start-options.ts';
import { countStored, type StoredCount } from './stored-points.ts';

const SIMULATION_STEP = 300;
/** The API accepts points of the last 35 days; one day less leaves time for the replay. */
const KEPT_DAYS = 34;

/** Series to send, with a title for the terminal. */
export interface Source {
  readonly title: string;
  readonly series: Iterable<ProfiledSeries>;
  readonly notes: readonly string[];
}

const recordedSource = (path: string, { series, skipped }: FleetFiles, now: number): Source => ({
  title: `${series.length} recorded series from ${path}, shifted to end now`,
  series: keepSince(shiftToNow(series, now), now - KEPT_DAYS * DAY_SECONDS),
  notes: skipped.map(({ file, reason }) => `skipped ${file}: ${reason}`),
});

const simulatedSource = ({ seed, servers, days }: StartOptions, now: number): Source => {
  const fleet = simulateFleet({ seed, servers, days, stepSeconds: SIMULATION_STEP, endAt: now });
  return {
    title: `${formatCount(servers, 'simulated server')}, ${formatCount(days, 'day')} at 5 minutes, seed ${seed}`,
    series: profiledSeries(fleet),
    notes: [],
  };
};

/**
 * The files of a start with `--data`. Read before anything is started, which takes a minute.
 * @throws InvalidInputError if no file of the folder can be used
 */
export const readRecording = async ({ data }: StartOptions): Promise<FleetFiles | undefined> =>
  data === undefined ? undefined : readFleetCsv(data);

/** The recording, or a simulated fleet without one. `now` in epoch seconds. */
export const chooseSource = (
  options: StartOptions,
  recording: FleetFiles | undefined,
  now: number,
): Source =>
  recording === undefined || options.data === undefined
    ? simulatedSource(options, now)
    : recordedSource(options.data, recording, now);

/** Counts the distinct points of each series while passing it on: storage must contain this number in the end. */
function* counting(series: Iterable<ProfiledSeries>, counted: { points: number }): Generator<ProfiledSeries> {
  for (const one of series) {
    counted.points += new Set(one.timestamps).size;
    yield one;
  }
}

/** Sends a source through the HTTP API; returns the number of distinct points sent. */
export const send = async (session: Session, source: Source, stages: StageTimes): Promise<number> =>
  stages.run(`Ingest ${source.title}`, async (say) => {
    for (const note of source.notes) say(note);
    const counted = { points: 0 };
    let [sent, reportedAt] = [0, performance.now()];
    const bodies = toIngestBodies(counting(source.series, counted), REPLAY_POINTS_PER_BODY);
    const totals = await replay(session.client, bodies, {
      onProgress: (points) => {
        sent += points;
        if (performance.now() - reportedAt < 2000) return;
        reportedAt = performance.now();
        say(`${formatCount(sent, 'point')} sent`);
      },
    });
    say(
      `${formatCount(totals.requests, 'request')}, ${formatCount(counted.points, 'point')} accepted for storing`,
    );
    return counted.points;
  });

/** Sends metrics of this machine and waits until they are stored, so that the first run includes this machine. */
export const sendThisMachine = async (session: Session, stages: StageTimes): Promise<void> =>
  stages.run("Ingest this machine's live metrics", async (say) => {
    await sendHostMetrics(session.client);
    await waitUntilDrained(new SQSClient(), say);
  });

/**
 * Waits for the queue to drain, then counts every stored point.
 * @throws DependencyUnavailableError if fewer points are stored than were sent
 */
export const confirmStored = async (
  session: Session,
  sent: number,
  stages: StageTimes,
): Promise<StoredCount> =>
  stages.run('Store', async (say) => {
    await waitUntilDrained(new SQSClient(), say);
    say('counting stored points');
    const stored = await countStored(session.outputs, LOCAL_TENANT);
    const counts = `${formatCount(sent, 'point')} in, ${stored.points.toLocaleString('en')} stored`;
    say(`${counts}: ${formatCount(stored.targets, 'target')}, ${stored.series} series`);
    if (stored.points < sent) {
      throw new DependencyUnavailableError(`${counts}: see the quarantine and dead-letter queue`);
    }
    return stored;
  });
