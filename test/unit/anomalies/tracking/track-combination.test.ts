import { describe, expect, it } from 'vitest';
import {
  packDetectors,
  TargetDetectors,
  unpackDetectors,
} from '../../../../core/anomalies/tracking/target-detectors.ts';
import { TrackedCombination } from '../../../../core/anomalies/tracking/tracked-combination.ts';
import { NO_SETTINGS, type Settings } from '../../../../core/platform/settings/settings.ts';
import { ByteReader, ByteWriter } from '../../../../core/shared/byte-buffer.ts';
import { InvalidInputError } from '../../../../core/shared/errors.ts';
import { DAY, NOW, type Point, STEP, world } from './target-world.ts';

/** Noise from -1 to 1, the same for the same time. */
const noise = (at: number, salt: number): number => {
  const large = Math.sin(at * 0.0129898 + salt) * 43758.5453;
  return 2 * (large - Math.floor(large)) - 1;
};
/** The load, which moves all metrics, beyond the time of day. */
const load = (at: number): number => 6 * noise(at, 1) + 4 * noise(Math.floor(at / 3600), 2);
const daily = (at: number): number => Math.sin((2 * Math.PI * at) / DAY);
const VALUES = {
  cpu: (at: number) => 50 + 20 * daily(at) + load(at) + 0.5 * noise(at, 3),
  network: (at: number) => 100 + 4 * load(at) + 2 * noise(at, 5),
  requests: (at: number) => 300 + 80 * daily(at) + 4 * load(at) + 2 * noise(at, 4),
};
type Metric = keyof typeof VALUES;
const METRICS: readonly Metric[] = ['cpu', 'network', 'requests'];

const times = (from: number, to: number): number[] =>
  Array.from({ length: Math.floor((to - from) / STEP) + 1 }, (_, i) => from + i * STEP);

type World = ReturnType<typeof world>;

/** Sends all metrics at these times as one push; adds `extra` to `cpu`. */
const send = async (made: World, at: readonly number[], extra = 0): Promise<void> => {
  made.clock.now = Math.max(made.clock.now, at.at(-1)!);
  const images = METRICS.map((metric) => {
    const points = at.map((time): Point => [time, VALUES[metric](time) + (metric === 'cpu' ? extra : 0)]);
    return made.store(points, metric);
  });
  await made.follow(images.at(-1)!);
};

const learnedWorld = async (settings: Settings = NO_SETTINGS): Promise<World> => {
  const made = world({ settings });
  await send(made, times(NOW - 10 * DAY, NOW));
  return made;
};

/** A cpu that is four higher than requests and network predict, for three hours: ordinary for cpu alone. */
const breakRelation = async (made: World): Promise<void> => {
  for (const at of times(NOW + STEP, NOW + 3 * 3600)) await send(made, [at], 4);
};

const combinationOf = (made: World) => unpackDetectors(made.state()!.bytes).combination;

const found = (made: World) =>
  made.anomalies
    .all()
    .map(({ anomaly }) => anomaly)
    .filter(({ parts }) => 'combination' in parts);

describe('metrics of a target that no longer fit together', () => {
  it('are announced as a correlation of the metric that fits least, and end when the metrics fit again', async () => {
    const made = await learnedWorld();
    expect(combinationOf(made)?.combined).toEqual({ metrics: METRICS, stepSeconds: STEP });
    await breakRelation(made);
    const [anomaly] = found(made);
    expect(found(made)).toHaveLength(1);
    expect(anomaly).toMatchObject({ metric: 'cpu', kind: 'correlation', silenced: undefined });
    expect(anomaly?.reason).toMatch(
      /^cpu is higher than expected from the target's other metrics; this happens once in \d+ points$/,
    );
    expect(anomaly?.expected?.upper).toBeLessThan(anomaly?.value ?? Number.NaN);
    expect(anomaly?.since).toBeLessThanOrEqual(anomaly?.timestamp ?? 0);
    const id = `acme/web-1/cpu/${new Date(anomaly!.timestamp * 1000).toISOString()}`;
    expect(made.ids()).toEqual([`AnomalyDetected/${id}`]);
    await send(made, times(NOW + 3 * 3600 + STEP, NOW + 6 * 3600));
    expect(made.ids()).toEqual([`AnomalyDetected/${id}`, `AnomalyEnded/${id}`]);
    expect(found(made)[0]?.endedAt).toBeGreaterThan(NOW + 2.5 * 3600);
    expect(found(made)[0]?.endedAt).toBeLessThan(NOW + 4 * 3600);
  });

  it('are found after a glitch of one of them, from which nothing is learned', async () => {
    const made = await learnedWorld();
    await send(made, [NOW + STEP], 2 ** 64);
    await send(made, times(NOW + 2 * STEP, NOW + 4 * 3600));
    for (const at of times(NOW + 4 * 3600 + STEP, NOW + 7 * 3600)) await send(made, [at], 4);
    expect(found(made)).toMatchObject([{ metric: 'cpu', kind: 'correlation' }]);
  });

  it('are not announced while one of them is unusual by itself', async () => {
    const made = await learnedWorld();
    await send(made, [NOW + STEP], 400);
    for (const at of times(NOW + 2 * STEP, NOW + 3600)) await send(made, [at], 40);
    expect(made.anomalies.all().length).toBeGreaterThan(0);
    expect(found(made)).toEqual([]);
  });

  it.each<[string, Partial<Settings>]>([
    ['watched lightly', { detection: [{ mode: 'light' }] }],
    ['switched off', { detection: [{ mode: 'off' }] }],
    ['given a higher bar', { detection: [{ metric: 'cpu', threshold: 30 }] }],
  ])('are not announced if they are %s', async (_, settings) => {
    const made = await learnedWorld({ ...NO_SETTINGS, ...settings });
    await breakRelation(made);
    expect(found(made)).toEqual([]);
  });

  it('are silenced during maintenance', async () => {
    const maintenance = [{ from: String(NOW), to: String(NOW + DAY), reason: 'new disks' }];
    const made = await learnedWorld({ ...NO_SETTINGS, maintenance });
    await breakRelation(made);
    expect(found(made)).toMatchObject([{ silenced: 'new disks' }]);
    expect(made.ids()).toEqual([]);
  });

  it('are no longer combined if one of two metrics is silent, and its episode ends', async () => {
    const made = await learnedWorld({ ...NO_SETTINGS, detection: [{ metric: 'network', mode: 'off' }] });
    expect(combinationOf(made)?.combined.metrics).toEqual(['cpu', 'requests']);
    await breakRelation(made);
    expect(found(made)).toHaveLength(1);
    const { metric } = found(made)[0]!;
    for (const hour of [10, 20, 26, 28, 30]) {
      const at = NOW + hour * 3600;
      made.clock.now = at;
      await made.follow(made.store([[at, VALUES.cpu(at)]], 'cpu'));
    }
    expect(combinationOf(made)).toBeUndefined();
    expect(made.ids().filter((id) => id.startsWith(`AnomalyEnded/acme/web-1/${metric}`))).toHaveLength(1);
  });
});

describe('a combination in a packed state', () => {
  it('continues as before', async () => {
    const made = await learnedWorld();
    const { bytes } = made.state()!;
    expect(Buffer.from(packDetectors(unpackDetectors(bytes)))).toEqual(Buffer.from(bytes));
    expect(unpackDetectors(packDetectors(new TargetDetectors(7))).combination).toBeUndefined();
  });

  it('is damaged if it has more metrics than can be combined', () => {
    const writer = new ByteWriter();
    writer.varint(1e9);
    expect(() => TrackedCombination.load(new ByteReader(writer.finish()))).toThrow(InvalidInputError);
  });
});
