import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { type Emulator, startEmulator } from '../../local/emulator/emulator.ts';
import { awsEnvironment } from '../../local/emulator/environment.ts';
import { ensureEmulator } from '../../local/emulator/virtual-environment.ts';
import { VirtualDeployment } from './virtual-time/virtual-deployment.ts';

/**
 * Forty days of a small fleet, with retention at work: everything that has expired is really deleted, and the stream
 * brings the records of it. Points lie five minutes apart on all days. On most days they arrive every twelve hours, as
 * from a collector that buffers; around the two faults, on the sixth and on the last day, every five minutes.
 */

const projectRoot = join(import.meta.dirname, '..', '..');
const STEP = 300;
const HOUR = 3600;
const DAY = 86_400;
/** Midnight. */
const START = Date.UTC(2026, 9, 1) / 1000;
/** Expired items may exist for some more time. */
const EXPIRY_LAG = 5 * HOUR;
const FIRST_DAY = 5;
const LAST_DAY = 39;
const HOSTS = ['web-1', 'web-2', 'web-3'];
/** Sends on the first two days only: everything of it expires. */
const RETIRED = 'old-1';
const METRICS = ['cpu_percent', 'memory_percent'];
/** On the days of the faults, these hosts need far more CPU from 12:00 on. */
const FAULTY = ['web-1', 'web-2'];
const FAULT_START = 12 * HOUR;
const FAULT_SECONDS = 45 * 60;
const WATCHED_FROM = 11.5 * HOUR;
const WATCHED_TO = 14.5 * HOUR;

const noise = (seed: number): number => {
  const large = Math.sin(seed * 12.9898) * 43758.5453;
  return large - Math.floor(large);
};

const isFaulty = (host: string, metric: string, at: number): boolean => {
  const day = Math.floor((at - START) / DAY);
  const second = (at - START) % DAY;
  const isOn =
    (day === FIRST_DAY || day === LAST_DAY) && second >= FAULT_START && second < FAULT_START + FAULT_SECONDS;
  return isOn && metric === METRICS[0] && FAULTY.includes(host);
};

const valueAt = (host: string, metric: string, at: number): number => {
  if (isFaulty(host, metric, at)) return 97 + noise(at);
  const daily = Math.sin((2 * Math.PI * (at % DAY)) / DAY);
  const seed = at / STEP + 1009 * host.length * METRICS.indexOf(metric) + 31 * HOSTS.indexOf(host);
  return 40 + 12 * daily + 4 * noise(seed);
};

/** Points after `from` up to `to`. */
const pointsBetween = (from: number, to: number): object[] => {
  const points: object[] = [];
  for (let at = from + STEP; at <= to; at += STEP)
    for (const target of to < START + 2 * DAY ? [...HOSTS, RETIRED] : HOSTS)
      for (const metric of METRICS)
        points.push({ target, metric, timestamp: at, value: valueAt(target, metric, at), profile: 'web' });
  return points;
};

let emulator: Emulator;
const folder = mkdtempSync(join(tmpdir(), 'forestall-forty-days-'));
const deployment = new VirtualDeployment();
let sentUntil = START;

const at = (second: number): void => {
  vi.setSystemTime(second * 1000);
};

const sendUntil = async (second: number): Promise<void> => {
  at(second + 20);
  await deployment.push(pointsBetween(sentUntil, second));
  sentUntil = second;
};

/** Every twelve hours; at midnight, what expired is deleted, with the delay of some hours that DynamoDB may take. */
const quietDays = async (from: number, to: number): Promise<void> => {
  for (let day = from; day < to; day++) {
    for (const hour of [12, 24]) await sendUntil(START + day * DAY + hour * HOUR);
    await deployment.expire(deployment.now - EXPIRY_LAG);
  }
};

const Forecasts = z.object({ items: z.array(z.object({ metric: z.string(), horizon: z.number() })) });
const Targets = z.object({ items: z.array(z.object({ id: z.string() })) });
const Baseline = z.object({ calibrated: z.boolean() });

/** Steps that are forecast of each host's series. */
const horizons = async (): Promise<number[]> => {
  const found: number[] = [];
  for (const host of HOSTS) {
    const { items } = Forecasts.parse(await deployment.get(`/v1/targets/${host}/forecast`));
    found.push(...items.map(({ horizon }) => horizon));
  }
  return found;
};

/** A day with a fault at noon: pushes every five minutes around it, forecasts before it. */
const faultDay = async (day: number) => {
  const midnight = START + day * DAY;
  await sendUntil(midnight + 8 * HOUR);
  await sendUntil(midnight + WATCHED_FROM);
  at(midnight + WATCHED_FROM + 60);
  await deployment.forecast();
  const before = deployment.events.length;
  for (let second = WATCHED_FROM + STEP; second <= WATCHED_TO; second += STEP)
    await sendUntil(midnight + second);
  const events = deployment.events.slice(before);
  const detected = events.filter(({ name }) => name === 'AnomalyDetected');
  const baseline = Baseline.parse(await deployment.get('/v1/targets/web-1/baseline', 'metric=cpu_percent'));
  const result = {
    detected: [...new Set(detected.map(({ detail }) => String(detail.targetId)))].sort((a, b) =>
      a < b ? -1 : 1,
    ),
    /** Seconds from the start of the fault to the first announcement. */
    delay: (detected[0]?.at ?? Number.NaN) - (midnight + FAULT_START),
    incidents: events.filter(({ name }) => name === 'IncidentOpened').length,
    ended: events.filter(({ name }) => name === 'AnomalyEnded').length,
    horizons: await horizons(),
    isCalibrated: baseline.calibrated,
    targets: Targets.parse(await deployment.get('/v1/targets')).items.map(({ id }) => id),
  };
  await sendUntil(midnight + DAY);
  await deployment.expire(deployment.now - EXPIRY_LAG);
  return result;
};

beforeAll(async () => {
  const { python } = await ensureEmulator(projectRoot);
  emulator = await startEmulator({ projectRoot, python, folder });
  for (const [name, value] of Object.entries(awsEnvironment(emulator.port))) vi.stubEnv(name, value);
  vi.useFakeTimers({ toFake: ['Date'], now: START * 1000 });
  await deployment.start();
});

afterAll(async () => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  deployment.stores.close();
  await emulator.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe('a fleet over forty days', () => {
  let first: Awaited<ReturnType<typeof faultDay>>;
  let last: Awaited<ReturnType<typeof faultDay>>;

  beforeAll(async () => {
    await quietDays(0, FIRST_DAY);
    first = await faultDay(FIRST_DAY);
    await quietDays(FIRST_DAY + 1, LAST_DAY);
    last = await faultDay(LAST_DAY);
  }, 400_000);

  it.each([
    ['first', () => first],
    ['last', () => last],
  ])('detects, forecasts and groups what happens on the %s day', (_, dayOf) => {
    const day = dayOf();
    expect(day.detected).toEqual(FAULTY);
    expect(day.delay).toBeLessThanOrEqual(900);
    expect(day.incidents).toBeGreaterThan(0);
    expect(day.incidents).toBeLessThanOrEqual(FAULTY.length);
    expect(day.ended).toBeGreaterThan(0);
    expect(day.horizons).toHaveLength(HOSTS.length * METRICS.length);
    expect(Math.min(...day.horizons)).toBeGreaterThanOrEqual(96);
    expect(day.isCalibrated).toBe(true);
  });

  it('works on the last day as on the first', () => {
    const comparable = ({ targets, ...day }: typeof first) => day;
    expect(comparable(last)).toEqual(comparable(first));
  });

  it('parks nothing, although records of expired blocks are among those of written ones', () => {
    expect(deployment.deadLetters).toEqual([]);
  });

  it('keeps 35 days of blocks and of what was learned from them, and forgets a host with its last point', async () => {
    const blocks = await deployment.stores.keysOf('blocks');
    const hours = blocks.map(({ sk }) => sk).sort((a, b) => (a < b ? -1 : 1));
    expect(hours[0]).toBe('B#2026-10-05T19');
    // Each block expires 35 days after its hour, and was deleted five hours later.
    expect(blocks.length).toBe(HOSTS.length * (35 * 24 + 6));
    expect(first.targets).toEqual([RETIRED, ...HOSTS]);
    expect(last.targets).toEqual(HOSTS);
    expect(deployment.objectsUnder('detectors/')).toHaveLength(HOSTS.length);
    expect(blocks.filter(({ pk }) => pk.includes(RETIRED))).toEqual([]);
  });
});
