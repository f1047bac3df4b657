import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Incident } from '../../../../core/incidents/incident.ts';
import { INCIDENT_POLICY } from '../../../../core/incidents/incident-policy.ts';
import { byTime, type Signal } from '../../../../core/incidents/signal.ts';
import {
  alarm,
  anomaly,
  anomalyEnd,
  breach,
  breachEnd,
  content,
  foldAll,
  foldRemembering,
  isNear,
} from './signals.ts';

const { windowSeconds, presentSeconds, maxActiveSeconds } = INCIDENT_POLICY;
const HOUR = 3600;

describe('a deviation while another is active', () => {
  it.each([
    ['an anomaly', anomaly('db', 1000)],
    ['an alarm', alarm('db', 1000)],
    ['a predicted breach', breach('db', 1000)],
  ])('of %s joins its incident, however long nothing was reported in between', (_, first) => {
    const later = 1000 + HOUR;
    expect(foldAll([first, anomaly('db', later, { metric: 'errors' })])).toHaveLength(1);
    expect(foldAll([first, anomaly('app', later)])).toHaveLength(1);
    expect(foldAll([first, anomaly('lonely', later)])).toHaveLength(2);
  });

  it('joins it through a cause that both share', () => {
    const causeKeys = ['zone:a'];
    const signals = [anomaly('db', 1000, { causeKeys }), anomaly('lonely', 1000 + HOUR, { causeKeys })];
    expect(foldAll(signals)).toHaveLength(1);
  });

  it('opens another incident if the first one is over', () => {
    const over = [anomaly('db', 1000), anomalyEnd('db', 1300)];
    expect(foldAll([...over, anomaly('app', 1300 + windowSeconds)])).toHaveLength(1);
    expect(foldAll([...over, anomaly('app', 1301 + windowSeconds)])).toHaveLength(2);
  });

  it('opens another incident once the end of the first one is overdue', () => {
    const stuck = anomaly('db', 1000);
    const last = 1000 + presentSeconds + windowSeconds;
    expect(foldAll([stuck, anomaly('app', last)])).toHaveLength(1);
    expect(foldAll([stuck, anomaly('app', last + 1)])).toHaveLength(2);
  });

  it('opens another incident beside a warning that is renewed for longer than a day', () => {
    const renewals = Array.from({ length: 30 }, (_, i) => breach('db', 1000 + i * HOUR));
    const between = (hours: number) => anomaly('app', 1000 + hours * HOUR - HOUR / 2);
    expect(foldAll([...renewals.slice(0, 20), between(20)])).toHaveLength(1);
    expect(maxActiveSeconds).toBe(24 * HOUR);
    expect(foldAll([...renewals, between(30)])).toHaveLength(2);
    expect(foldAll([...renewals, breachEnd('db', 1000 + 30 * HOUR), between(30)])).toHaveLength(1);
  });
});

/** A fault of its own metric; `lasts` is null if its end is never reported. */
interface Fault {
  readonly target: string;
  readonly from: number;
  readonly lasts: number | null;
}

const faults: fc.Arbitrary<readonly Fault[]> = fc.array(
  fc.record({
    target: fc.constantFrom('web', 'app', 'db', 'lonely'),
    from: fc.integer({ min: 0, max: 12 * HOUR }),
    lasts: fc.option(fc.integer({ min: 1, max: 3 * HOUR })),
  }),
  { minLength: 1, maxLength: 12 },
);

const signalsOf = (all: readonly Fault[]): Signal[] =>
  all.flatMap(({ target, from, lasts }, i): Signal[] => {
    const metric = `m${i}`;
    const begin = anomaly(target, from, { metric, signalId: `${i}` });
    return lasts === null
      ? [begin]
      : [begin, anomalyEnd(target, from + lasts, { metric, signalId: `${i}-end` })];
  });

/** Numbers of faults that belong together if each lasts until `endOf`: computed without incidents. */
const groupsOf = (all: readonly Fault[], endOf: (fault: Fault) => number): number[] => {
  const groups = all.map((_, i) => i);
  const areOne = (a: Fault, b: Fault) =>
    isNear(a.target, b.target) && Math.max(a.from - endOf(b), b.from - endOf(a)) <= windowSeconds;
  for (const [i, a] of all.entries())
    for (const [j, b] of all.entries())
      if (areOne(a, b)) {
        const [kept, gone] = [groups[i]!, groups[j]!];
        for (const [k, group] of groups.entries()) if (group === gone) groups[k] = kept;
      }
  return groups;
};

const asReported = ({ from, lasts }: Fault): number => from + (lasts ?? presentSeconds);
/** As long as it may seem to last while its end is not known. */
const atMost = (fault: Fault): number => Math.max(fault.from + presentSeconds, asReported(fault));

/** For each fault the incident that holds it. */
const holders = (all: readonly Fault[], incidents: readonly Incident[]): number[] =>
  all.map((_, i) =>
    incidents.findIndex(({ members }) => Object.keys(members).some((key) => key.endsWith(`"m${i}"]`))),
  );

const pairsOf = (groups: readonly number[]): Set<string> =>
  new Set(groups.flatMap((a, i) => groups.flatMap((b, j) => (a === b ? [`${i} ${j}`] : []))));

const shuffledSignals = faults.chain((all) => {
  const signals = signalsOf(all);
  return fc.tuple(fc.constant(all), fc.shuffledSubarray(signals, { minLength: signals.length }));
});

describe('faults that last', () => {
  it('are one incident exactly if one begins while another lasts or soon after it', () => {
    fc.assert(
      fc.property(faults, (all) => {
        const incidents = foldAll(signalsOf(all).toSorted(byTime));
        expect(pairsOf(holders(all, incidents))).toEqual(pairsOf(groupsOf(all, asReported)));
      }),
      { numRuns: 300 },
    );
  });

  it('that belong together are one incident in any order, and late ends join nothing beyond the bound', () => {
    fc.assert(
      fc.property(shuffledSignals, ([all, signals]) => {
        const found = pairsOf(holders(all, foldRemembering(signals)));
        const [least, most] = [pairsOf(groupsOf(all, asReported)), pairsOf(groupsOf(all, atMost))];
        expect([...least].filter((pair) => !found.has(pair))).toEqual([]);
        expect([...found].filter((pair) => !most.has(pair))).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('are the same incidents if every signal arrives twice, at once or at the end', () => {
    fc.assert(
      fc.property(shuffledSignals, ([, signals]) => {
        const once = content(foldRemembering(signals));
        expect(content(foldRemembering(signals.flatMap((signal) => [signal, signal])))).toEqual(once);
        expect(content(foldRemembering([...signals, ...signals]))).toEqual(once);
      }),
      { numRuns: 200 },
    );
  });
});
