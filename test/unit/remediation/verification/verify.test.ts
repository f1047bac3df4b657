import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Verdict, Verification } from '../../../../core/remediation/remediation.ts';
import { Verification as VerificationSchema } from '../../../../core/remediation/remediation.ts';
import {
  VerificationInputs,
  type VerifiedTarget,
} from '../../../../core/remediation/verification/verification-inputs.ts';
import { verify } from '../../../../core/remediation/verification/verify.ts';
import {
  BEGAN,
  type Course,
  constant,
  forecastOf,
  HOUR,
  inputsWith,
  mirrored,
  pointsOf,
  rising,
  STEP,
  targetOf,
  turning,
} from './samples.ts';

const verdictOf = (inputs: VerificationInputs): Verdict | 'wait' => {
  const result = verify(inputs);
  return 'waitSeconds' in result ? 'wait' : result.verdict;
};
const verified = (inputs: VerificationInputs): Verification => VerificationSchema.parse(verify(inputs));
/** Best first; waiting comes before giving up. */
const ORDER = ['avoided', 'wait', 'unproven', 'no-effect', 'worse'];
const rank = (inputs: VerificationInputs) => ORDER.indexOf(verdictOf(inputs));

const withTarget = (target: Partial<VerifiedTarget>, changes: Partial<VerificationInputs> = {}) => {
  const inputs = inputsWith(changes);
  return { ...inputs, targets: [{ ...inputs.targets[0]!, ...target }] };
};
const alerted = (after: number, changes: Partial<VerificationInputs> = {}) =>
  inputsWith({
    ...{
      harm: { direction: 'above', limit: 90 },
      targets: [targetOf(turning(constant(96), constant(after)), null)],
    },
    ...changes,
  });

describe('verify against the forecast', () => {
  it('finds a predicted breach avoided if the level fell, and says with which probability', () => {
    const result = verified(inputsWith());
    expect(result).toMatchObject({
      verdict: 'avoided',
      points: 10,
      newestAt: BEGAN + HOUR,
      at: BEGAN + HOUR,
    });
    expect(result.probabilityAvoided).toBeGreaterThan(0.85);
    expect(result.probabilityAvoided).toBeLessThanOrEqual(0.9);
    expect(result.evidence[0]).toBe('The problem is over, and it would not be without the action.');
    expect(result.evidence[1]).toMatch(
      /^web-1: cpu_percent is 48 \(median of 10 points\), 63\.8 was forecast before the action, no peers to compare with\. Chance of a breach: 90 % without the action, \d+ % now\.$/,
    );
  });

  it.each([
    ['on the forecast', 'no-effect', rising],
    ['lower, but on the way to the limit', 'no-effect', (minutes) => rising(minutes) - 5],
    ['far above the forecast', 'worse', (minutes) => rising(minutes) + 30],
    ['beyond the limit', 'worse', constant(96)],
  ] satisfies readonly [string, Verdict, Course][])('judges a series %s as %s', (_, verdict, after) => {
    expect(verdictOf(withTarget({ points: pointsOf(turning(rising, after)) }))).toBe(verdict);
  });

  it('leaves it open if it is better but may still breach', () => {
    const course = turning(rising, (minutes) => rising(minutes) - 7);
    const steady = withTarget({ points: pointsOf(course) }, { harm: { direction: 'above', limit: 100.5 } });
    expect(verdictOf(steady)).toBe('unproven');
    expect(verify({ ...steady, deadline: steady.now + 1000 })).toEqual({ waitSeconds: STEP });
  });

  it('does not call a rise worse that threatens nothing', () => {
    const inputs = inputsWith({
      targets: [
        targetOf(turning(constant(20), constant(32)), forecastOf(constant(20), { breachProbability: 0.02 })),
      ],
    });
    expect(verdictOf(inputs)).toBe('unproven');
    expect(verdictOf({ ...inputs, harm: { direction: 'above', limit: 31 } })).toBe('worse');
  });

  it('does not credit the action with a breach that was not likely', () => {
    expect(verdictOf(withTarget({ forecast: forecastOf(rising, { breachProbability: 0.5 }) }))).toBe(
      'unproven',
    );
  });

  it('uses the quantiles alone if the forecast has no probability of a breach', () => {
    const result = verified(withTarget({ forecast: forecastOf(rising, { breachProbability: null }) }));
    expect(result.verdict).toBe('avoided');
    expect(result.probabilityAvoided).toBeGreaterThan(0.95);
  });

  it('does not use a forecast that was made after the action began', () => {
    const late = forecastOf(rising, { issuedAt: BEGAN + 1 });
    expect(verdictOf(withTarget({ forecast: late }))).not.toBe('avoided');
    expect(verified(withTarget({ forecast: late })).evidence[1]).toContain('was measured before the action');
    expect(verified(withTarget({ forecast: forecastOf(rising, { issuedAt: BEGAN }) })).verdict).toBe(
      'avoided',
    );
  });

  it('does not use a forecast that had not foreseen the trouble', () => {
    const trouble = targetOf(
      turning(constant(96), constant(61)),
      forecastOf(constant(60), { start: BEGAN - 3600 }),
    );
    const result = verified(inputsWith({ targets: [trouble], harm: { direction: 'above', limit: 90 } }));
    expect(result.verdict).toBe('avoided');
    expect(result.evidence[1]).toContain('96 was measured before the action');
  });

  it('takes away what the series had already gained before the action', () => {
    const early = forecastOf(
      (minutes) => rising(minutes),
      { start: BEGAN - 3600, issuedAt: BEGAN - 3600 },
      6,
    );
    const shifted = { ...early, quantiles: early.quantiles.map((row) => row.map((value) => value - 5)) };
    const course = turning(
      (minutes) => rising(minutes) - 15,
      (minutes) => rising(minutes) - 15,
    );
    expect(verdictOf(withTarget({ points: pointsOf(course), forecast: shifted }))).toBe('no-effect');
  });

  it('ignores points outside of the forecast', () => {
    const short = forecastOf(rising);
    const quantiles = short.quantiles.map((row) => row.slice(0, 8));
    expect(verdictOf(withTarget({ forecast: { ...short, quantiles } }))).toBe('unproven');
  });
});

describe('verify without a forecast', () => {
  it.each([
    [60, 'avoided'],
    [95.5, 'no-effect'],
    [89.5, 'avoided'],
    [92, 'no-effect'],
    [110, 'worse'],
  ] as const)('judges a fall from 96 to %d, with a limit of 90, as %s', (after, verdict) => {
    expect(verdictOf(alerted(after))).toBe(verdict);
  });

  it.each([
    [60, 'avoided'],
    [94.5, 'unproven'],
    [96, 'no-effect'],
    [110, 'worse'],
  ] as const)(
    'judges a fall from 96 to %d without a limit as %s, of unknown probability',
    (after, verdict) => {
      const result = verified(alerted(after, { harm: { direction: 'above', limit: null } }));
      expect(result).toMatchObject({ verdict, probabilityAvoided: null });
      expect(result.evidence[1]).not.toContain('Chance');
    },
  );

  it('compares with the trouble, not with the calm before it', () => {
    const course = turning((minutes) => (minutes < -30 ? 50 : 96), constant(52));
    const targets = [targetOf(course, null)];
    const harm = { direction: 'above', limit: 90 } as const;
    expect(verdictOf(inputsWith({ targets, harm, troubleSince: BEGAN - 1800 }))).toBe('avoided');
    expect(verdictOf(inputsWith({ targets, harm, troubleSince: BEGAN - 3 * HOUR }))).not.toBe('avoided');
  });

  it('needs three points in the trouble', () => {
    expect(verdictOf(alerted(60, { troubleSince: BEGAN - 3 * STEP }))).toBe('avoided');
    expect(verdictOf(alerted(60, { troubleSince: BEGAN - 2 * STEP }))).toBe('unproven');
  });

  it('gives no credit for a trend that carried on, nor blame', () => {
    const falling = inputsWith({
      ...{ harm: { direction: 'above', limit: null }, troubleSince: BEGAN - 3 * HOUR },
      targets: [targetOf((minutes) => 100 - minutes / 4, null)],
    });
    expect(verdictOf(falling)).toBe('no-effect');
    const growing = { ...falling, targets: [targetOf((minutes) => 100 + minutes / 4, null)] };
    expect(verdictOf(growing)).toBe('no-effect');
  });
});

describe('peers', () => {
  const peers = (factor: number, forecast: boolean) =>
    ['p1', 'p2', 'p3'].map((id) =>
      targetOf(turning(constant(50), constant(50 * factor)), forecast ? forecastOf(constant(50)) : null, id),
    );

  it('that fell alike take the credit away', () => {
    expect(verdictOf(inputsWith({ peers: peers(1, true) }))).toBe('avoided');
    expect(verdictOf(inputsWith({ peers: peers(0.75, true) }))).toBe('no-effect');
    expect(verdictOf(alerted(60, { peers: peers(1, false) }))).toBe('avoided');
    expect(verdictOf(alerted(60, { peers: peers(0.62, false) }))).toBe('no-effect');
  });

  it('that rose alike take the blame away', () => {
    const up = turning(rising, (minutes) => rising(minutes) * 1.5);
    expect(verdictOf(withTarget({ points: pointsOf(up) }))).toBe('worse');
    expect(verdictOf(withTarget({ points: pointsOf(up) }, { peers: peers(1.5, true) }))).toBe('no-effect');
    expect(verdictOf(alerted(110, { peers: peers(1.15, false) }))).toBe('no-effect');
  });

  it('give no credit to a series that did not fall', () => {
    expect(verdictOf(alerted(96, { peers: peers(2, false) }))).toBe('no-effect');
  });

  it('count by their median, so that one that fails does not decide', () => {
    const [a, b] = peers(1, false);
    const [lost] = peers(0.01, false);
    expect(verdictOf(alerted(60, { peers: [a!, b!, lost!] }))).toBe('avoided');
  });

  it('count only with fresh points', () => {
    const silent = peers(0.62, false).map((peer) => ({ ...peer, points: peer.points.slice(0, 40) }));
    const result = verified(alerted(60, { peers: silent }));
    expect(result.verdict).toBe('avoided');
    expect(result.evidence[1]).toContain('no peers to compare with');
    expect(verified(alerted(60, { peers: peers(1, false) })).evidence[1]).toContain('corrected by 3 peers');
  });
});

describe('several targets', () => {
  const good = targetOf(turning(rising, constant(48)), forecastOf(rising), 'good');
  const bad = targetOf(turning(rising, constant(97)), forecastOf(rising), 'bad');
  const same = targetOf(rising, forecastOf(rising), 'same');
  const silent = { ...good, targetId: 'silent', points: [] };

  it.each([
    [[good, good], 'avoided'],
    [[good, silent], 'unproven'],
    [[good, same, silent], 'no-effect'],
    [[bad, good, same], 'worse'],
  ] as const)('are judged by the worst (%#)', (targets, verdict) => {
    expect(verdictOf(inputsWith({ targets: [...targets] }))).toBe(verdict);
  });

  it('that were not in trouble, and are not now, do not count', () => {
    const well = targetOf(constant(20), forecastOf(constant(20), { breachProbability: 0.01 }), 'well');
    const idle = targetOf(constant(20), null, 'idle');
    const result = verified(inputsWith({ targets: [well, good, idle] }));
    expect(result.verdict).toBe('avoided');
    expect(result.probabilityAvoided).toBe(verified(inputsWith({ targets: [good] })).probabilityAvoided);
    expect(result.evidence.map((text) => text.endsWith('It was not in trouble.'))).toEqual([
      ...[false, true, false, true],
    ]);
    expect(verdictOf(inputsWith({ targets: [well, idle] }))).toBe('unproven');
    expect(verified(inputsWith({ targets: [well] })).probabilityAvoided).toBeLessThan(0.05);
  });

  it('that came into trouble after the action count', () => {
    const path = forecastOf(constant(20), { breachProbability: 0.01 });
    const hit = targetOf(turning(constant(20), constant(97)), path, 'hit');
    const near = targetOf(
      turning(constant(93), constant(94.9)),
      forecastOf(constant(93), { breachProbability: 0.4 }),
      'near',
    );
    expect(verdictOf(inputsWith({ targets: [good, hit] }))).toBe('worse');
    expect(verdictOf(inputsWith({ targets: [good, near] }))).toBe('no-effect');
  });

  it('report the least probability and the oldest of their newest points', () => {
    const older = { ...good, points: good.points.slice(0, -1) };
    const less = { ...good, forecast: forecastOf(rising, { breachProbability: 0.8 }) };
    const result = verified(inputsWith({ targets: [good, less, older] }));
    expect(result.newestAt).toBe(BEGAN + HOUR - STEP);
    expect(result.points).toBe(29);
    expect(result.probabilityAvoided).toBeCloseTo(
      verified(inputsWith({ targets: [less] })).probabilityAvoided!,
      12,
    );
    expect(verified(inputsWith({ targets: [good, silent] })).probabilityAvoided).toBeNull();
  });
});

describe('fresh telemetry', () => {
  const [target] = inputsWith().targets;
  const points = target!.points;

  it.each<[string, VerifiedTarget['points']]>([
    ['none', []],
    ['none since the action', points.filter(({ at }) => at < BEGAN)],
    ['none since it settled', points.filter(({ at }) => at < BEGAN + 900)],
    ['three since it settled', points.slice(-3)],
    ['only missing values', points.map(({ at }) => ({ at, value: null }))],
    ['only old ones', points.filter(({ at }) => at < BEGAN + 2700)],
    ['only future ones', points.map(({ at, value }) => ({ at: at + 5 * HOUR, value }))],
    ['only values that are no numbers', points.map(({ at }) => ({ at, value: Number.NaN }))],
    ['only infinite values', points.map(({ at }) => ({ at, value: Number.NEGATIVE_INFINITY }))],
  ])('is never proof if there is %s', (_, given) => {
    expect(verdictOf(withTarget({ points: given }))).toBe('unproven');
    expect(verified(withTarget({ points: given })).probabilityAvoided).toBeNull();
    expect(verdictOf(withTarget({ points: given }, { deadline: BEGAN + 2 * HOUR }))).toBe('wait');
  });

  it('is enough with four points of which the newest is three steps old', () => {
    expect(verdictOf(withTarget({ points: points.slice(-4) }))).toBe('avoided');
    expect(verdictOf(withTarget({ points }, { now: BEGAN + HOUR + 900 }))).toBe('avoided');
    expect(verdictOf(withTarget({ points }, { now: BEGAN + HOUR + 901 }))).toBe('unproven');
  });

  it('of a target that reports every minute may be ten minutes old', () => {
    const quick = { stepSeconds: 60, now: BEGAN + HOUR + 600 };
    expect(verdictOf(withTarget({ points }, quick))).toBe('avoided');
    expect(verdictOf(withTarget({ points }, { ...quick, now: quick.now + 1 }))).toBe('unproven');
  });

  it('is waited for until enough can be there, at most until the deadline', () => {
    const none = (changes: Partial<VerificationInputs>) => verify(withTarget({ points: [] }, changes));
    const [now, deadline] = [BEGAN + 300, BEGAN + 2 * HOUR];
    expect(none({ now, deadline })).toEqual({ waitSeconds: 600 + 4 * STEP });
    expect(none({ now: BEGAN + HOUR, deadline })).toEqual({ waitSeconds: STEP });
    expect(none({ now, deadline: now + 100 })).toEqual({ waitSeconds: 100 });
    expect(none({ now, deadline: now + 1 })).toEqual({ waitSeconds: 1 });
    expect(none({ now, deadline: now })).toMatchObject({ verdict: 'unproven' });
  });

  it('at one time counts with its worst value', () => {
    const doubled = points.flatMap(({ at, value }) => [
      { at, value: 99 },
      { at, value },
    ]);
    expect(
      verdictOf(withTarget({ points: doubled.filter(({ at, value }) => at > BEGAN || value !== 99) })),
    ).toBe('worse');
  });
});

describe('properties', () => {
  const courses = fc.record({
    limit: fc.option(fc.constantFrom(70, 90, 95), { nil: null }),
    forecast: fc.boolean(),
    level: fc.double({ min: 30, max: 110, noNaN: true }),
    peer: fc.double({ min: 0.5, max: 1.5, noNaN: true }),
    probability: fc.double({ min: 0, max: 1, noNaN: true }),
    noise: fc.array(fc.double({ min: -8, max: 8, noNaN: true }), { minLength: 60, maxLength: 60 }),
    from: fc.constantFrom(60, 92),
  });
  type Drawn = typeof courses extends fc.Arbitrary<infer Value> ? Value : never;
  const worldOf = ({ limit, forecast, level, peer, probability, noise, from }: Drawn): VerificationInputs => {
    const path = forecast
      ? forecastOf((minutes) => from + 0.1 * minutes, { breachProbability: probability })
      : null;
    const target = targetOf(
      turning((minutes) => from + 0.1 * minutes, constant(level)),
      path,
    );
    const points = target.points.map(({ at, value }, index) => ({
      at,
      value: value === null ? null : value + noise[index % 60]!,
    }));
    return inputsWith({
      harm: { direction: 'above', limit },
      targets: [{ ...target, points }],
      peers: [
        targetOf(turning(constant(50), constant(50 * peer)), forecast ? forecastOf(constant(50)) : null, 'p'),
      ],
    });
  };
  const later = (inputs: VerificationInputs, change: (value: number, index: number) => number | null) => ({
    ...inputs,
    targets: inputs.targets.map((target) => ({
      ...target,
      points: target.points.map(({ at, value }, index) => ({
        at,
        value: at < BEGAN || value === null ? value : change(value, index),
      })),
    })),
  });

  it('values that move in the bad direction never improve the verdict, nor the probability', () => {
    const rises = fc.array(fc.double({ min: 0, max: 40, noNaN: true }), { minLength: 60, maxLength: 60 });
    const seen = new Set<string>();
    fc.assert(
      fc.property(courses, rises, (drawn, rise) => {
        const inputs = worldOf(drawn);
        const worse = later(inputs, (value, index) => value + rise[index % 60]!);
        seen.add(verdictOf(inputs));
        expect(rank(worse)).toBeGreaterThanOrEqual(rank(inputs));
        const [a, b] = [verified(inputs).probabilityAvoided, verified(worse).probabilityAvoided];
        expect(b ?? 0).toBeLessThanOrEqual((a ?? 0) + 1e-12);
      }),
      { numRuns: 1000 },
    );
    expect([...seen].sort()).toEqual(['avoided', 'no-effect', 'unproven', 'worse']);
  });

  it('nor if they are those of one of several targets', () => {
    const rises = fc.array(fc.double({ min: 0, max: 40, noNaN: true }), { minLength: 60, maxLength: 60 });
    fc.assert(
      fc.property(courses, courses, rises, (drawn, other, rise) => {
        const [well] = worldOf(other).targets;
        const both = (world: VerificationInputs) => ({ ...world, targets: [...world.targets, well!] });
        const inputs = worldOf(drawn);
        const worse = later(inputs, (value, index) => value + rise[index % 60]!);
        expect(rank(both(worse))).toBeGreaterThanOrEqual(rank(both(inputs)));
        const [a, b] = [verified(both(inputs)), verified(both(worse))];
        expect(b.probabilityAvoided ?? 0).toBeLessThanOrEqual((a.probabilityAvoided ?? 0) + 1e-12);
      }),
      { numRuns: 1000 },
    );
  });

  it('more harm among peers never makes the action look worse, less never better', () => {
    fc.assert(
      fc.property(courses, fc.double({ min: 0, max: 0.5, noNaN: true }), (drawn, more) => {
        const [inputs, lower, higher] = [0, -more, more].map((by) =>
          worldOf({ ...drawn, peer: drawn.peer + by }),
        );
        const isWorse = (world: VerificationInputs | undefined) => verdictOf(world!) === 'worse';
        const isAvoided = (world: VerificationInputs | undefined) => verdictOf(world!) === 'avoided';
        if (isWorse(higher)) expect(isWorse(inputs)).toBe(true);
        if (isAvoided(lower)) expect(isAvoided(inputs)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('a target that moves exactly as its peers is neither better nor worse', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.5, max: 2, noNaN: true }), fc.boolean(), (factor, withForecast) => {
        const alike = (targetId: string, level: number) =>
          targetOf(
            turning(constant(level), constant(level * factor)),
            withForecast ? forecastOf(constant(level)) : null,
            targetId,
          );
        const inputs = inputsWith({
          ...{ harm: { direction: 'above', limit: 75 }, targets: [alike('t', 80)] },
          peers: [alike('p', 40), alike('q', 60), alike('r', 20)],
        });
        expect(verdictOf(inputs)).toBe('no-effect');
      }),
    );
  });

  it('losing points never proves anything', () => {
    const kept = fc.array(fc.constantFrom<'kept' | 'null' | 'NaN' | 'old'>('kept', 'null', 'NaN', 'old'), {
      ...{ minLength: 60, maxLength: 60 },
    });
    fc.assert(
      fc.property(courses, kept, (drawn, fates) => {
        const inputs = worldOf(drawn);
        const fateOf = (index: number) => fates[index % 60];
        const spoilt = {
          ...inputs,
          targets: inputs.targets.map((target) => ({
            ...target,
            points: target.points.map(({ at, value }, index) => {
              if (fateOf(index) === 'old') return { at: Math.max(0, at - HOUR * 24), value };
              return {
                at,
                value: fateOf(index) === 'kept' ? value : fateOf(index) === 'NaN' ? Number.NaN : null,
              };
            }),
          })),
        };
        const fresh = spoilt.targets[0]!.points.filter(
          ({ at, value }) => at >= BEGAN + 900 && value !== null && Number.isFinite(value),
        );
        if (fresh.length < 4 || fresh.at(-1)!.at < BEGAN + HOUR - 900)
          expect(verdictOf(spoilt)).toBe('unproven');
      }),
      { numRuns: 500 },
    );
  });

  it('a metric of which less is worse is judged as its mirror image', () => {
    fc.assert(
      fc.property(courses, (drawn) => {
        const inputs = worldOf(drawn);
        const [a, b] = [verified(inputs), verified(mirrored(inputs))];
        expect(b.verdict).toBe(a.verdict);
        expect(b.probabilityAvoided ?? -1).toBeCloseTo(a.probabilityAvoided ?? -1, 9);
      }),
      { numRuns: 300 },
    );
  });

  it('recorded inputs give the same verdict bit for bit', () => {
    fc.assert(
      fc.property(courses, (drawn) => {
        const inputs = worldOf(drawn);
        const recorded = VerificationInputs.parse(JSON.parse(JSON.stringify(inputs)));
        expect(JSON.stringify(verify(recorded))).toBe(JSON.stringify(verify(inputs)));
      }),
      { numRuns: 100 },
    );
  });
});

describe('VerificationInputs', () => {
  it('refuses quantiles of another shape than the levels', () => {
    const path = forecastOf(rising);
    const parse = (changes: object) =>
      VerificationInputs.safeParse(withTarget({ forecast: { ...path, ...changes } })).success;
    expect(parse({})).toBe(true);
    expect(parse({ quantiles: path.quantiles.slice(1) })).toBe(false);
    expect(parse({ quantiles: path.quantiles.map((row, index) => row.slice(index)) })).toBe(false);
  });

  it('has no place for the end of an alarm or a status', () => {
    expect(VerificationInputs.safeParse({ ...inputsWith(), alarm: 'OK' }).success).toBe(false);
  });
});
