import { describe, expect, it } from 'vitest';
import { activityOf, metricActivityOf } from '../../../../core/anomalies/silence/activity.ts';
import { doubtfulMetrics, vanishedIn } from '../../../../core/anomalies/silence/find-vanished.ts';

const NOW = 1_795_255_500;
const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;

/** Times every `step` seconds from `from` to `to` seconds before now. */
const every = (step: number, from: number, to = 0): number[] => {
  const times: number[] = [];
  for (let at = NOW - from; at <= NOW - to; at += step) times.push(at);
  return times;
};
const found = (points: Readonly<Record<string, readonly number[]>>) =>
  vanishedIn(activityOf('web-1', new Map(Object.entries(points)))!, NOW);
const names = (points: Readonly<Record<string, readonly number[]>>) =>
  found(points).map(({ metric }) => metric);

const STEADY = { cpu: every(300, DAY), memory: every(300, DAY), disk: every(300, DAY) };

describe('a metric that vanished', () => {
  it('is found after three usual intervals, and never before 15 minutes', () => {
    expect(names({ ...STEADY, net: every(300, DAY, 10 * MINUTE) })).toEqual([]);
    expect(names({ ...STEADY, net: every(300, DAY, 15 * MINUTE) })).toEqual(['net']);
    expect(names({ ...STEADY, net: every(HOUR, DAY, 2 * HOUR) })).toEqual([]);
    expect(names({ ...STEADY, net: every(HOUR, DAY, 3 * HOUR) })).toEqual(['net']);
  });

  it('is dated by the points, not by the check', () => {
    const [net] = found({ ...STEADY, net: every(300, DAY, HOUR) });
    expect(net).toMatchObject({ lastPoint: NOW - HOUR, silentAt: NOW - HOUR + 15 * MINUTE, interval: 300 });
  });

  it('is found on a target that reports for a few hours only', () => {
    const young = { cpu: every(60, 3 * HOUR), net: every(60, 3 * HOUR, 16 * MINUTE) };
    expect(names(young)).toEqual(['net']);
  });

  it('is found later if it was absent for hours before, more than once', () => {
    const flaky = (to: number) => [
      ...every(300, DAY, 20 * HOUR),
      ...every(300, 19 * HOUR, 10 * HOUR),
      ...every(300, 9 * HOUR, to),
    ];
    expect(names({ ...STEADY, net: flaky(HOUR) })).toEqual([]);
    expect(names({ ...STEADY, net: flaky(80 * MINUTE) })).toEqual(['net']);
  });

  it('a day ago is gone', () => {
    const old = { ...STEADY, cpu: every(300, 3 * DAY), net: every(300, 3 * DAY, DAY) };
    expect(names(old)).toEqual([]);
  });
});

describe('no metric vanished', () => {
  it('if the whole target is silent, or came back a moment ago', () => {
    expect(names({ cpu: every(300, DAY, HOUR), net: every(300, DAY, HOUR) })).toEqual([]);
    const back = (more: readonly number[]) => [...every(300, DAY, 8 * HOUR), ...more];
    expect(names({ cpu: back([NOW - 600, NOW - 300, NOW]), net: back([]) })).toEqual([]);
    expect(names({ cpu: back(every(300, 30 * MINUTE)), net: back([]) })).toEqual(['net']);
  });

  it('if it comes with errors only', () => {
    const burst = (from: number, to: number) => every(300, from * HOUR, to * HOUR);
    expect(names({ ...STEADY, errors: [...burst(20, 19), ...burst(9, 8), ...burst(3, 2)] })).toEqual([]);
    expect(names({ ...STEADY, errors: burst(5, 2) })).toEqual([]);
    expect(names({ ...STEADY, errors: [NOW - 5 * HOUR, NOW - 4 * HOUR] })).toEqual([]);
  });

  it('if it comes at random', () => {
    const random = STEADY.cpu.filter((_, i) => (i * 7919) % 13 < 9 && i < 280);
    expect(names({ ...STEADY, random })).toEqual([]);
  });

  it('if the target loses metrics all the time, unless half vanish at once', () => {
    const containers = Object.fromEntries(
      [30, 26, 22, 18].map((hours) => [`container.${hours}`, every(300, 60 * HOUR, hours * HOUR)]),
    );
    const host = { cpu: every(300, 3 * DAY), memory: every(300, 3 * DAY) };
    const last = every(300, 60 * HOUR, HOUR);
    expect(names({ ...host, ...containers, last })).toEqual([]);
    expect(names({ cpu: host.cpu, ...containers, last, also: last, more: last })).toEqual([
      'last',
      'also',
      'more',
    ]);
  });
});

describe('metrics that vanish together', () => {
  const gone = every(300, DAY, HOUR);

  it('name each other', () => {
    for (const { withIt } of found({ ...STEADY, b: gone, a: gone })) expect(withIt).toEqual(['a', 'b']);
  });

  it('far apart in time do not', () => {
    for (const one of found({ ...STEADY, a: gone, b: every(300, DAY, 2 * HOUR) }))
      expect(one.withIt).toEqual([one.metric]);
  });

  it('were renamed if new ones of similar names appear', () => {
    const renamed = { ...STEADY, net_in: gone, net_out: gone, 'system.net.in': every(300, HOUR - 300) };
    expect(found(renamed).map(({ renamedTo }) => renamedTo)).toEqual([['system.net.in'], ['system.net.in']]);
  });

  it('were renamed if as many new ones appear', () => {
    const old = { a1: gone, b1: gone, c1: gone };
    const recent = every(300, HOUR - 300);
    const news = { xx: recent, yy: recent, zz: recent };
    for (const { renamedTo } of found({ ...STEADY, ...old, ...news }))
      expect(renamedTo).toEqual(['xx', 'yy', 'zz']);
  });

  it.each([
    ['one unrelated name is new', { other: every(300, HOUR - 300) }],
    ['the new name vanished, too', { net_new: every(300, HOUR - 300, 40 * MINUTE) }],
    ['the new name appeared hours before', { net_new: every(300, 6 * HOUR) }],
    ['the new name appeared later', { net_new: every(300, 20 * MINUTE) }],
  ])('were not renamed if %s', (_, more) => {
    expect(found({ ...STEADY, net: gone, ...more }).find(({ metric }) => metric === 'net')).toMatchObject({
      renamedTo: [],
    });
  });
});

describe('doubts', () => {
  const activity = activityOf(
    'web-1',
    new Map([
      ['cpu', every(300, HOUR)],
      ['net', every(300, HOUR, 20 * MINUTE)],
    ]),
  )!;

  it('concern metrics that were absent for longer than two hours explain, and known ones without a point', () => {
    expect(doubtfulMetrics(activity, ['cpu', 'net', 'disk'])).toEqual([
      { metric: 'net', absent: 20 * MINUTE, lastPoint: NOW - 20 * MINUTE },
      { metric: 'disk', absent: undefined, lastPoint: undefined },
    ]);
  });
});

it('a metric without points has no activity', () => {
  const activity = activityOf('a', new Map([['cpu', [NOW]]]))!;
  expect(metricActivityOf(activity, 'none')).toBeUndefined();
  expect(metricActivityOf(activity, 'cpu')).toMatchObject({ presence: 1, absent: 0, interval: undefined });
});
