import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { WindowResult } from '../../../../core/models/validation/compared-windows.ts';
import { GATE_RULES, type GateRuleName } from '../../../../core/models/validation/gate-rule.ts';
import { GATE_SETTINGS } from '../../../../core/models/validation/gate-settings.ts';
import { type Candidate, validateCandidate } from '../../../../core/models/validation/validate-candidate.ts';
import { randomStream } from '../../../../core/simulator/random.ts';

const SEGMENTS = ['cpu of web targets', 'memory of web targets', 'cpu of database targets'];
const [SERIES, WINDOWS] = [30, 6];

/** Results on all windows: losses vary by series and window, every fifth limit is crossed and warned of. */
const results = (
  change: (result: WindowResult, i: number) => WindowResult = (one) => one,
): WindowResult[] => {
  const random = randomStream(1, 'windows');
  return Array.from({ length: SERIES * WINDOWS }, (_, i) => {
    const series = Math.floor(i / WINDOWS);
    const breach = { warned: i % 5 === 0, crossed: i % 5 === 0 };
    const result = {
      ...{ seriesId: `s${series}`, window: `w${i % WINDOWS}`, segment: SEGMENTS[series % 3]! },
      loss: Math.exp(0.5 * random.normal()),
      covered: 0.8 + 0.05 * random.normal(),
      breaches: [breach, { warned: false, crossed: false }],
    };
    return change(result, i);
  });
};

const CHAMPION = { model: 'ensemble-1.1.0', results: results() };
/** A candidate that is better by about 8 % in each window. */
const better = (result: WindowResult, i: number): WindowResult => ({
  ...result,
  loss: result.loss * (0.92 + 0.02 * Math.sin(i)),
});
const candidate = (
  change: (result: WindowResult, i: number) => WindowResult = (one) => one,
  more: Partial<Candidate> = {},
): Candidate => ({
  model: 'trees-1.0.0',
  results: results((one, i) => change(better(one, i), i)),
  warmSeconds: new Array<number>(50).fill(0.1),
  artefactBytes: 1_200_000,
  ...more,
});
const failedRules = (judged: Candidate, settings = GATE_SETTINGS): readonly GateRuleName[] =>
  validateCandidate(judged, CHAMPION, settings)
    .rules.filter(({ passed }) => !passed)
    .map(({ rule }) => rule);

describe('a better candidate', () => {
  it('passes every rule', () => {
    const report = validateCandidate(candidate(), CHAMPION);
    expect(report).toMatchObject({
      ...{ candidate: 'trees-1.0.0', champion: 'ensemble-1.1.0', passed: true },
      summary: 'trees-1.0.0 passed all 11 rules against ensemble-1.1.0.',
    });
    expect(report.rules.map(({ rule }) => rule)).toEqual(GATE_RULES);
    expect(report.rules.every(({ reason }) => /^[A-Z\d].*\.$/.test(reason))).toBe(true);
  });

  it('is as good in any order of its results', () => {
    fc.assert(
      fc.property(
        fc.shuffledSubarray(candidate().results as WindowResult[], { minLength: SERIES * WINDOWS }),
        (shuffled) => {
          expect(validateCandidate({ ...candidate(), results: shuffled }, CHAMPION)).toEqual(
            validateCandidate(candidate(), CHAMPION),
          );
        },
      ),
      { numRuns: 5 },
    );
  });
});

const silent = (one: WindowResult) => one.breaches.map((breach) => ({ ...breach, warned: false }));
type Sabotage = readonly [what: string, rule: GateRuleName, judged: Candidate, reason: RegExp];
const SABOTAGED: readonly Sabotage[] = [
  [
    'without a forecast of one window',
    'soundness',
    candidate((one, i) => (i === 8 ? { ...one, loss: Number.NaN } : one)),
    /no usable forecast for 1 of 180 windows, the first of s1 \(w2\)\./,
  ],
  [
    'that lacks one result',
    'soundness',
    { ...candidate(), results: candidate().results.slice(1) },
    /no usable forecast for 1 of 180 windows/,
  ],
  [
    'with bands that are too narrow',
    'coverage',
    candidate((one) => ({ ...one, covered: one.covered - 0.07 })),
    /80 % bands cover 7\d\.\d % of the values; 75\.0 % to 85\.0 % are allowed\./,
  ],
  [
    'with bands that are too wide',
    'coverage',
    candidate((one) => ({ ...one, covered: one.covered + 0.07 })),
    /80 % bands cover 8\d\.\d %/,
  ],
  [
    'with useless bands in one segment',
    'segment-coverage',
    candidate((one) => (one.segment === SEGMENTS[1] ? { ...one, covered: one.covered - 0.13 } : one)),
    /for memory of web targets, the worst of 3 segments; 70\.0 % to 90\.0 % are allowed\./,
  ],
  [
    'that misses breaches',
    'breach-recall',
    candidate((one, i) => ({
      ...one,
      breaches: one.breaches.map((breach) => ({ ...breach, warned: breach.warned && i % 10 !== 0 })),
    })),
    /The recall of warnings is 50\.0 %, the champion's 100\.0 %; .* at most \d+\.\d % lower\./,
  ],
  [
    'that never warns of a third of the series',
    'breach-recall',
    candidate((one) => (one.segment === SEGMENTS[0] ? { ...one, breaches: silent(one) } : one)),
    /The recall of warnings is 66\.7 %/,
  ],
  [
    'with false alarms',
    'breach-precision',
    candidate((one, i) => ({
      ...one,
      breaches: one.breaches.map((breach) => ({ ...breach, warned: breach.warned || i % 7 === 0 })),
    })),
    /The precision of warnings is \d+\.\d %, the champion's 100\.0 %/,
  ],
  [
    'that is slow',
    'latency',
    candidate(undefined, { warmSeconds: new Array<number>(50).fill(2) }),
    /took at most 2\.0 s; 2 s is the limit\./,
  ],
  [
    'that is slow in one call of ten',
    'latency',
    candidate(undefined, { warmSeconds: Array.from({ length: 50 }, (_, i) => (i % 10 === 0 ? 9 : 0.1)) }),
    /took at most 9\.0 s/,
  ],
  [
    'whose latency was hardly measured',
    'latency',
    candidate(undefined, { warmSeconds: [0.1] }),
    /measured 1 times; 20 are needed/,
  ],
  [
    'that is too large',
    'size',
    candidate(undefined, { artefactBytes: 5_000_001 }),
    /5\.0 MB; 5\.0 MB is the limit\./,
  ],
  [
    'that is worse in one segment',
    'segment-parity',
    candidate((one, i) =>
      one.segment === SEGMENTS[2] ? { ...one, loss: one.loss * (1.15 + 0.01 * Math.sin(i)) } : one,
    ),
    /loss is \d+\.\d % above the champion's for cpu of database targets, the worst of 3 segments; it is worse for 1 of them\./,
  ],
];

describe('a better candidate', () => {
  it.each(SABOTAGED)('%s is blocked by %s alone', (_, rule, judged, reason) => {
    expect(failedRules(judged)).toEqual([rule]);
    const report = validateCandidate(judged, CHAMPION);
    expect(report.passed).toBe(false);
    expect(report.rules.find((one) => one.rule === rule)?.reason).toMatch(reason);
    expect(report.summary).toMatch(
      /^trees-1\.0\.0 does not replace ensemble-1\.1\.0: 1 of 11 rules failed\. /,
    );
  });

  it('every rule but those of evidence and loss is sabotaged here', () => {
    const rules = new Set(SABOTAGED.map(([, rule]) => rule));
    expect(GATE_RULES.filter((rule) => !rules.has(rule))).toEqual(['evidence', 'loss', 'gain']);
  });
});

describe('a candidate with losses that are', () => {
  const of = (factor: (i: number) => number): Candidate => ({
    ...candidate(),
    results: results((one, i) => ({ ...one, loss: one.loss * factor(i) })),
  });

  it('equal is blocked by loss and gain', () => {
    expect(failedRules(of(() => 1))).toEqual(['loss', 'gain']);
  });

  it('higher is blocked in all segments too', () => {
    expect(failedRules(of((i) => 1.1 + 0.01 * Math.sin(i)))).toEqual(['loss', 'gain', 'segment-parity']);
  });

  it('lower by chance is blocked by loss', () => {
    // Some series are much better, others worse: the mean is lower, but not surely.
    const lucky = of((i) => (Math.floor(i / WINDOWS) % 2 === 0 ? 0.6 : 1.5));
    expect(failedRules(lucky)).toEqual(['loss']);
  });

  it('lower at one time only is blocked by loss, although all series agree', () => {
    expect(failedRules(of((i) => (i % WINDOWS === 0 ? 0.5 : 1)))).toEqual(['loss']);
  });

  it('surely lower, but hardly, is blocked by gain', () => {
    expect(failedRules(of((i) => 0.995 + 0.001 * Math.sin(i)))).toEqual(['gain']);
  });
});

describe('the evidence', () => {
  const small = (keep: (result: WindowResult) => boolean) => ({
    judged: { ...candidate(), results: candidate().results.filter(keep) },
    champion: { ...CHAMPION, results: CHAMPION.results.filter(keep) },
  });
  const failedOf = ({ judged, champion }: ReturnType<typeof small>): readonly GateRuleName[] =>
    validateCandidate(judged, champion)
      .rules.filter(({ passed }) => !passed)
      .map(({ rule }) => rule);

  it('of few series or few times does not suffice', () => {
    expect(failedOf(small(({ seriesId }) => Number(seriesId.slice(1)) < 9))).toEqual([
      'evidence',
      'breach-precision',
      'breach-recall',
    ]);
    expect(failedOf(small(({ window }) => Number(window.slice(1)) < 3))).toContain('evidence');
    expect(failedOf(small(({ window }) => Number(window.slice(1)) < 4))).not.toContain('evidence');
  });

  it('of one time or of no window blocks whatever needs windows', () => {
    expect(failedOf(small(({ window }) => window === 'w0'))).toEqual(
      expect.arrayContaining(['evidence', 'loss']),
    );
    expect(failedOf(small(() => false))).toEqual([
      ...['evidence', 'loss', 'gain', 'coverage', 'breach-precision', 'breach-recall'],
    ]);
  });

  it('does not count windows that the champion could not forecast', () => {
    const broken = CHAMPION.results.map((one, i) => (i < 3 ? { ...one, loss: Number.NaN } : one));
    const { rules } = validateCandidate(candidate(), { ...CHAMPION, results: broken });
    expect(rules[0]?.reason).toBe('The candidate forecast all 177 windows.');
  });

  it('of few breaches does not suffice for the rules on warnings', () => {
    const rare = (one: WindowResult, i: number) => (i < 50 ? one : { ...one, breaches: [] });
    const { rules } = validateCandidate(
      { ...candidate(), results: results((one, i) => rare(better(one, i), i)) },
      { ...CHAMPION, results: results(rare) },
    );
    const failed = rules.filter(({ passed }) => !passed);
    expect(failed.map(({ rule }) => rule)).toEqual(['breach-precision', 'breach-recall']);
    expect(failed[0]?.reason).toBe(
      'Only 10 breaches came in the windows; 20 are needed to judge the precision of warnings.',
    );
  });

  it('of segments with few series is that of all series', () => {
    const own = (one: WindowResult) => ({ ...one, segment: one.seriesId });
    const { rules, passed } = validateCandidate(
      { ...candidate(), results: candidate(own).results },
      { ...CHAMPION, results: results(own) },
    );
    expect(passed).toBe(true);
    expect(rules.at(-1)?.reason).toBe(
      'No segment has 4 series, so that each is judged with all others only.',
    );
  });
});

describe('the limits', () => {
  it('of coverage are as far as the champion is off', () => {
    const wide = (one: WindowResult) => ({ ...one, covered: one.covered - 0.15 });
    const champion = { ...CHAMPION, results: results(wide) };
    const improved = candidate((one) => ({ ...one, covered: one.covered - 0.13 }));
    expect(validateCandidate(improved, champion).passed).toBe(true);
    const worse = candidate((one) => ({ ...one, covered: one.covered - 0.17 }));
    expect(validateCandidate(worse, champion).passed).toBe(false);
  });

  it('of a segment allow noise up to a tenth', () => {
    const noisy = (factor: number) =>
      candidate((one) => {
        if (one.segment !== SEGMENTS[0]) return one;
        const up = Number(one.seriesId.slice(1)) % 2 === 0;
        return { ...one, loss: (one.loss / 0.92) * factor * (up ? 1.6 : 1 / 1.6) };
      });
    expect(failedRules(noisy(1.05))).not.toContain('segment-parity');
    expect(failedRules(noisy(1.25))).toContain('segment-parity');
  });

  it('of warnings compare with the champion, also if one of them gives none', () => {
    const silence = (one: WindowResult) => ({ ...one, breaches: silent(one) });
    const silentChampion = { ...CHAMPION, results: results(silence) };
    const reasonOf = (judged: Candidate, champion: typeof CHAMPION) =>
      validateCandidate(judged, champion).rules.find(({ rule }) => rule === 'breach-precision');
    expect(reasonOf(candidate(silence), CHAMPION)).toMatchObject({
      passed: false,
      reason: 'The candidate gave no warning.',
    });
    expect(reasonOf(candidate(silence), silentChampion)).toMatchObject({
      passed: true,
      reason: 'The champion gave no warning to compare with.',
    });
    expect(failedRules(candidate(silence))).toEqual(['breach-precision', 'breach-recall']);
  });
});
