import { seededRandom } from '../../shared/seeded-random.ts';
import {
  type Alarm,
  alarmsOf,
  cleanFleet,
  DAYS,
  type GroupSeries,
  MOMENTS_PER_DAY,
  usualSpreads,
  WARM_UP_DAYS,
} from './fleet-run.ts';

const DAYS_PER_MONTH = 365 / 12;
const HOUR = 12;
const SPREADS = 4;
/** Few at a time, so that departures do not influence each other. */
const INJECTED_SHARE = 0.1;
const FOUND_WITHIN = 3;

/** Figures of one profile, of one metric, or of all. */
export interface PeerFigures {
  readonly name: string;
  readonly alarmsPerTargetMonth: number;
  readonly injected: number;
  /** Share found within three moments, and within the hour. */
  readonly foundSoon: number;
  readonly found: number;
  /** Additional alarms in fleet-wide moves of an hour: up by half, up by 20, down by half. */
  readonly moved: number;
}

interface GroupOutcome {
  readonly group: GroupSeries;
  readonly alarms: number;
  readonly injected: number;
  readonly soon: number;
  readonly found: number;
  readonly moved: number;
}

interface Injection {
  readonly moment: number;
  readonly by: number;
}

const plan = (group: GroupSeries, random: () => number): Map<number, Injection> => {
  const spreads = usualSpreads(group);
  const last = (DAYS - WARM_UP_DAYS) * MOMENTS_PER_DAY - 2 * HOUR;
  const some = spreads.flatMap((spread, target) => {
    const [share, at, sign] = [random(), random(), random()];
    if (share > INJECTED_SHARE && target > 0) return [];
    const moment = WARM_UP_DAYS * MOMENTS_PER_DAY + Math.floor(at * last);
    return [[target, { moment, by: SPREADS * spread * (sign < 0.7 ? 1 : -1) }] as const];
  });
  return new Map(some);
};

const isDuring = (moment: number, from: number): boolean => moment >= from && moment < from + HOUR;

const injectedInto = (group: GroupSeries, random: () => number) => {
  const injections = plan(group, random);
  const alarms = alarmsOf(group, (target, moment, value) => {
    const own = injections.get(target);
    return own !== undefined && isDuring(moment, own.moment) ? value + own.by : value;
  });
  const delays = [...injections].map(([target, { moment }]) => {
    const alarm = alarms.find((one: Alarm) => one.target === target && isDuring(one.moment, moment));
    return alarm === undefined ? Number.POSITIVE_INFINITY : alarm.moment - moment;
  });
  return {
    injected: delays.length,
    soon: delays.filter((delay) => delay < FOUND_WITHIN).length,
    found: delays.filter(Number.isFinite).length,
  };
};

const MOVES: readonly ((value: number) => number)[] = [
  (value) => 1.5 * value,
  (value) => value + 20,
  (value) => 0.5 * value,
];

/** True during one hour of every third day. */
const isMoving = (moment: number): boolean =>
  moment > WARM_UP_DAYS * MOMENTS_PER_DAY && isDuring(moment % (3 * MOMENTS_PER_DAY), 100);

const outcomeOf = (group: GroupSeries, random: () => number): GroupOutcome => {
  const alarms = alarmsOf(group).length;
  const moved = MOVES.map((move) => {
    return alarmsOf(group, (_t, moment, value) => (isMoving(moment) ? move(value) : value)).length - alarms;
  });
  return {
    ...{ group, alarms, ...injectedInto(group, random) },
    moved: moved.reduce((sum, more) => sum + more, 0),
  };
};

const sumOf = (outcomes: readonly GroupOutcome[], pick: (one: GroupOutcome) => number): number =>
  outcomes.reduce((sum, one) => sum + pick(one), 0);

/** `targets`: for a metric, those of its groups; for a profile, those of one of its metrics. */
const figuresOf = (name: string, outcomes: readonly GroupOutcome[], targets: number): PeerFigures => {
  const months = (targets * (DAYS - WARM_UP_DAYS)) / DAYS_PER_MONTH;
  const injected = sumOf(outcomes, (one) => one.injected);
  return {
    ...{ name, injected },
    alarmsPerTargetMonth: sumOf(outcomes, ({ alarms }) => alarms) / months,
    foundSoon: sumOf(outcomes, ({ soon }) => soon) / injected,
    found: sumOf(outcomes, ({ found }) => found) / injected,
    moved: sumOf(outcomes, ({ moved }) => moved),
  };
};

/** Figures by profile, by metric, and of all. */
export const measurePeers = (seeds: readonly number[], servers: number, mixed: boolean): PeerFigures[] => {
  const outcomes = seeds.flatMap((seed) => {
    const random = seededRandom(seed);
    return cleanFleet(seed, servers, mixed).map((group) => outcomeOf(group, random));
  });
  const targets = sumOf(
    outcomes.filter(({ group }) => group.metric === 'cpu_percent'),
    ({ group }) => group.targets.length,
  );
  const profiles = [...Map.groupBy(outcomes, ({ group }) => group.profile)].map(([profile, own]) =>
    figuresOf(profile, own, sumOf(own, ({ group }) => group.targets.length) / 6),
  );
  const metrics = [...Map.groupBy(outcomes, ({ group }) => group.metric)].map(([metric, own]) =>
    figuresOf(metric, own, targets),
  );
  return [...profiles, ...metrics, figuresOf('all', outcomes, targets)];
};
