import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alarmPattern } from '../../../../core/incidents/grouping/coincidence-subject.ts';
import { joinCoincidences } from '../../../../core/incidents/grouping/find-coincidence.ts';
import { applyResult, groupSignal } from '../../../../core/incidents/grouping/group-signal.ts';
import { minCoincidence } from '../../../../core/incidents/grouping/min-coincidence.ts';
import type { Incident } from '../../../../core/incidents/incident.ts';
import type { Signal } from '../../../../core/incidents/signal.ts';
import { alarm, anomaly, breach, content, contextAt, foldAll } from './signals.ts';

const isNear = (a: string, b: string): boolean => a === b;
const hosts = (count: number): string[] => Array.from({ length: count }, (_, i) => `host-${i}`);
const fold = (signals: readonly Signal[]) => foldAll(signals, { isNear });
const coincided = ({ timeline }: Incident) => timeline.filter(({ kind }) => kind === 'coincided');

describe('the number of targets that rules out chance', () => {
  it.each([
    [0, 3],
    [10, 3],
    [100, 5],
    [1000, 8],
    [10_000, 18],
  ])('of %i targets: %i', (fleet, expected) => {
    expect(minCoincidence(fleet, 300)).toBe(expected);
  });

  it('never falls with a larger fleet or a longer window, and always exceeds the average of chance', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 200_000 }),
        fc.integer({ min: 1, max: 200_000 }),
        (fleet, more) => {
          const least = minCoincidence(fleet, 300);
          expect(minCoincidence(fleet + more, 300)).toBeGreaterThanOrEqual(least);
          expect(minCoincidence(fleet, 600)).toBeGreaterThanOrEqual(least);
          expect(least - 1).toBeGreaterThanOrEqual((2 * fleet * 300) / (14 * 86_400));
        },
      ),
    );
  });

  it('occurs less than once in a hundred simulated years of 1,000 targets', () => {
    let seed = 7;
    const random = () => {
      seed = (seed * 48271) % 2147483647;
      return seed / 2147483647;
    };
    const gap = (14 * 86_400) / 1000;
    const recent: number[] = [];
    let [at, most] = [0, 0];
    while (at < 100 * 365 * 86_400) {
      at -= gap * Math.log(1 - random());
      recent.push(at);
      while (recent[0]! < at - 300) recent.shift();
      most = Math.max(most, recent.length);
    }
    expect(most).toBeLessThan(minCoincidence(1000, 300));
  });
});

describe('alarms of the same kind', () => {
  it.each([
    ['web-1-errors', 'web-1', '*-errors'],
    ['CPU of node 17', 'i-0abc1234def56789', 'CPU of node #'],
    [
      'TargetTracking-svc-AlarmHigh-0f8fad5b-d9cb-469f-a165-70867728950e',
      'other',
      'TargetTracking-svc-AlarmHigh-#',
    ],
    // An alarm without dimensions is its own target: no part of its name may be omitted.
    ['checkout', 'checkout', 'checkout'],
    ['disk-7', 'disk-7', 'disk-#'],
  ])('%s of %s is %s', (name, target, pattern) => {
    expect(alarmPattern(name, target)).toBe(pattern);
  });
});

describe('targets that misbehave at once', () => {
  it('are one incident with the reason, even if each was opened separately', () => {
    const signals = hosts(37).map((host, i) => anomaly(host, 1000 + i * 8));
    const [incident, ...more] = fold(signals);
    expect(more).toEqual([]);
    expect(Object.keys(incident!.members)).toHaveLength(37);
    expect(incident!.coincidences).toEqual([{ subject: 'metric cpu', at: 1000, targets: 37 }]);
    expect(coincided(incident!).map(({ text }) => text)).toEqual([
      '37 targets with the same metric cpu within 5 min: treated as one cause',
    ]);
    expect(fold(signals.slice(0, 4))).toHaveLength(4);
  });

  it('count anomalies and predicted breaches of one metric together, and alarms of one pattern', () => {
    const metric = hosts(5).map((host, i) =>
      i < 2 ? breach(host, 1000, { metric: 'cpu' }) : anomaly(host, 1010),
    );
    expect(fold(metric)).toHaveLength(1);
    expect(fold(hosts(5).map((host) => alarm(host, 1000)))).toHaveLength(1);
    expect(
      fold(hosts(5).map((host, i) => alarm(host, 1000, 'ALARM', { alarmName: 'abcde'[i]! }))),
    ).toHaveLength(5);
    expect(fold(hosts(5).map((host, i) => anomaly(host, 1000, { metric: `m${i}` })))).toHaveLength(5);
    expect(fold(hosts(5).map((host, i) => anomaly(host, 1000, { tenantId: `t${i}` })))).toHaveLength(5);
  });

  it('exclude targets that misbehave one by one over hours', () => {
    const trickle = hosts(60).map((host, i) => anomaly(host, 1000 + i * 80));
    expect(fold(trickle)).toHaveLength(60);
    const storm = hosts(5).map((host) => anomaly(`late-${host}`, 20_000));
    expect(fold([...trickle, ...storm])).toHaveLength(61);
  });

  it('exclude breaches that are predicted repeatedly since different hours', () => {
    const disks = hosts(8).flatMap((host, i) =>
      Array.from({ length: 10 - i }, (_, run) => {
        const at = 3600 * (i + run);
        return breach(host, at, { signalId: `b-${host}-${at}` });
      }),
    );
    const incidents = fold(disks.toSorted((a, b) => a.at - b.at));
    expect(incidents).toHaveLength(8);
  });

  it('count each beginning of a flapping target, and not one long one', () => {
    const flapping = Array.from({ length: 6 }, (_, i) => anomaly('host-0', 900 * i));
    expect(
      fold([
        ...flapping,
        ...hosts(5)
          .slice(1)
          .map((host) => anomaly(host, 1350)),
      ]),
    ).toHaveLength(5);
    expect(
      fold([
        ...flapping,
        ...hosts(5)
          .slice(1)
          .map((host) => anomaly(host, 1100)),
      ]),
    ).toHaveLength(1);
  });

  it('merge incidents that have grown, and the first one survives', () => {
    const before = fold([
      ...hosts(4).map((host) => anomaly(host, 1000)),
      ...hosts(4).map((host) => alarm(host, 1100, 'ALARM', { alarmName: `${host} ${host}x` })),
    ]);
    expect(before).toHaveLength(4);
    const result = groupSignal(before, anomaly('host-4', 1200), contextAt(1230, { isNear }));
    expect(result.change).toMatchObject({ kind: 'merged', isUnfinished: false });
    expect(result.change.absorbed).toHaveLength(3);
    const [one, ...others] = applyResult(before, result);
    expect(others).toEqual([]);
    expect(Object.keys(one!.members)).toHaveLength(9);
  });

  it('do not change resolved incidents', () => {
    const old = fold(hosts(4).map((host) => anomaly(host, 1000))).map((incident) => ({
      ...incident,
      status: 'resolved' as const,
      resolvedAt: 1000,
    }));
    const result = groupSignal(old, anomaly('host-4', 1010), contextAt(1040, { isNear }));
    expect(result.change).toMatchObject({ kind: 'opened', absorbed: [] });
  });
});

describe('the order of arrival', () => {
  const signals = fc.array(
    fc.record({
      host: fc.integer({ min: 0, max: 9 }),
      at: fc.integer({ min: 0, max: 2400 }),
      kind: fc.constantFrom('cpu', 'cpu', 'disk', 'alarm'),
    }),
    { maxLength: 30 },
  );
  const build = (parts: readonly { host: number; at: number; kind: string }[]): Signal[] =>
    parts.map(({ host, at, kind }, i) => {
      const signalId = `s${i}`;
      if (kind === 'alarm') return alarm(`host-${host}`, at, 'ALARM', { signalId });
      return anomaly(`host-${host}`, at, { signalId, metric: kind });
    });
  const explained = (incidents: readonly Incident[]) =>
    JSON.stringify(incidents.map(({ coincidences }) => JSON.stringify(coincidences ?? [])).sort());

  it('changes neither the incidents nor the reasons', () => {
    fc.assert(
      fc.property(
        signals.chain((parts) =>
          fc.tuple(fc.constant(parts), fc.shuffledSubarray(build(parts), { minLength: parts.length })),
        ),
        ([parts, reordered]) => {
          const [a, b] = [fold(build(parts)), fold(reordered)];
          expect(content(b)).toEqual(content(a));
          expect(explained(b)).toBe(explained(a));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('joins the larger of two coincidences, in either order', () => {
    const small = { subject: 'metric m', at: 10, targets: 5 };
    const large = { subject: 'metric m', at: 20, targets: 6 };
    const other = { subject: 'metric a', at: 5, targets: 5 };
    for (const [a, b] of [
      [[small, other], [large]],
      [[large], [other, small]],
    ] as const)
      expect(joinCoincidences(a, b)).toEqual([other, large]);
    expect(joinCoincidences([{ ...small, at: 12 }], [small])).toEqual([small]);
    expect(joinCoincidences([small], [{ ...small, at: 12 }])).toEqual([small]);
  });
});
