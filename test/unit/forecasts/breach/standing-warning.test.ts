import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CRITICAL_WITHIN_SECONDS, WARNS_AT } from '../../../../core/forecasts/breach/assess-breach.ts';
import {
  type AssessedRun,
  nextWarning,
  STANDS_AT,
  type WarnedRun,
} from '../../../../core/forecasts/breach/standing-warning.ts';
import type { Severity } from '../../../../core/forecasts/breach-risk.ts';
import { between } from '../../../fixtures/numbers.ts';

const HOUR_MS = 3_600_000;
const START = Date.parse('2026-11-21T10:00:00Z');

/** A run `hour` hours after the first one. A breach is expected in `hours`; 0: the limit is passed. */
const runAt = (
  hour: number,
  probability: number,
  hours: number | null = 4,
  { source = 'fixed', limit = 80 }: Partial<AssessedRun['threshold']> = {},
): AssessedRun => {
  const time = hours === null ? null : hours * 3600;
  const isLikely = probability >= WARNS_AT[source] && time !== null;
  const likely: Severity = (time ?? 0) <= CRITICAL_WITHIN_SECONDS ? 'critical' : 'warning';
  return {
    issuedAt: START + hour * HOUR_MS,
    threshold: { direction: 'above', limit, source },
    breach: {
      probability,
      timeToImpactSeconds: time === null ? null : { p10: time, p50: time, p90: time },
      expectedShareBeyond: 0.1,
      severity: isLikely ? likely : 'info',
    },
  };
};

/** Each run with the warning that it left. */
const follow = (runs: readonly AssessedRun[], before?: WarnedRun): WarnedRun[] => {
  let last = before;
  return runs.map((run) => {
    const warning = nextWarning(last, run);
    if (last === undefined || run.issuedAt > last.issuedAt) last = { ...run, warning };
    return { ...run, warning };
  });
};
const severities = (runs: readonly AssessedRun[]) =>
  follow(runs).map(({ warning }) => warning?.severity ?? 'info');
const announcements = (runs: readonly AssessedRun[]) =>
  follow(runs).map(({ issuedAt, warning }) =>
    warning?.announced?.at === issuedAt ? warning.announced.reason : '-',
  );
const hourly = (probabilities: readonly number[]) => probabilities.map((p, hour) => runAt(hour, p));

describe('the warning of a breach', () => {
  it('is raised at once if the breach is almost certain or near, and knows since when it stands', () => {
    expect(severities([runAt(0, 0.1), runAt(1, 0.9), runAt(2, 0.45)])).toEqual([
      'info',
      'warning',
      'warning',
    ]);
    expect(severities([runAt(0, 0.1), runAt(1, 0.5, 2)])).toEqual(['info', 'warning']);
    expect(severities([runAt(0, 0.5, 1)])).toEqual(['critical']);
    const runs = follow([runAt(0, 0.9), runAt(1, 0.6), runAt(2, 0.6)]);
    expect(new Set(runs.map(({ warning }) => warning?.since))).toEqual(new Set([START]));
  });

  it('is raised by the second run in a row that finds it otherwise', () => {
    expect(announcements(hourly([0.6, 0.5, 0.6]))).toEqual(['-', 'raised', '-']);
    expect(severities(hourly([0.6, 0.4, 0.6, 0.4]))).toEqual(Array(4).fill('info'));
    expect(severities([0, 0.1, 0.2, 0.8].map((hour) => runAt(hour, 0.6))).lastIndexOf('info')).toBe(2);
    expect(severities([runAt(0, 0.6), runAt(3, 0.6)])).toEqual(['info', 'warning']);
    expect(severities([runAt(0, 0.6), runAt(1, 0.6, 4, { limit: 90 })])).toEqual(['info', 'info']);
  });

  it('stands while the probability varies around the bar that raised it', () => {
    expect(announcements(hourly([0.92, 0.48, 0.55, 0.4, 0.49, 0.51]))).toEqual([
      'raised',
      ...Array(5).fill('-'),
    ]);
  });

  it('ends if two runs in a row are below the lower bar', () => {
    expect(announcements(hourly([0.9, 0.1, 0.1, 0.1]))).toEqual(['raised', '-', 'ended', '-']);
    expect(severities(hourly([0.9, 0.1, 0.1, 0.1]))).toEqual(['warning', 'warning', 'info', 'info']);
    expect(severities(hourly([0.9, 0.1, 0.35, 0.1]))).toEqual(Array(4).fill('warning'));
    expect(announcements([runAt(0, 0.9), runAt(1, 0.1), runAt(7, 0.1)])).toEqual(['raised', '-', 'ended']);
  });

  it('ends no faster if more runs are requested', () => {
    const runs = [0, 1, 1.1, 1.2, 1.3, 1.7].map((hour) => runAt(hour, hour === 0 ? 0.9 : 0.1));
    expect(severities(runs).at(-1)).toBe('warning');
  });

  it('is raised again after it ended, by a new date', () => {
    const last = follow(hourly([0.9, 0, 0, 0, 0.9])).at(-1)!;
    expect(last.warning).toMatchObject({ since: last.issuedAt, announced: { reason: 'raised' } });
  });

  it('becomes critical at once, and less severe only if two runs agree', () => {
    const runs = [runAt(0, 0.9), runAt(1, 0.6, 0.9), runAt(2, 0.6, 1.8), runAt(3, 0.6, 1.2)];
    expect(announcements(runs)).toEqual(['raised', 'severity-raised', '-', '-']);
    const far = [4, 5].map((hour) => runAt(hour, 0.6, 5));
    expect(announcements([...runs, ...far]).slice(4)).toEqual(['-', 'severity-lowered']);
  });

  it('stands while the limit is passed', () => {
    const passed = Array.from({ length: 6 }, (_, i) => runAt(i + 1, 0.05, 0));
    expect(severities([runAt(0, 0.9, 0.5), ...passed])).toEqual(Array(7).fill('critical'));
    expect(severities(passed)).toEqual(Array(6).fill('info'));
  });

  it('is announced again after twelve hours', () => {
    const found = announcements(hourly(Array(26).fill(0.95)));
    expect(found.flatMap((reason, hour) => (reason === '-' ? [] : [[hour, reason]]))).toEqual([
      ...[
        [0, 'raised'],
        [12, 'reminder'],
        [24, 'reminder'],
      ],
    ]);
  });

  it('is given up with the limit that it concerned, but not with one that follows the history', () => {
    expect(severities([runAt(0, 0.9), runAt(1, 0.4, 4, { limit: 95 })])).toEqual(['warning', 'info']);
    const learned = [80, 81].map((limit, i) => runAt(i, 0.9 - i * 0.4, 4, { source: 'historical', limit }));
    expect(severities(learned)).toEqual(['warning', 'warning']);
  });
});

const anyRun = fc.record({
  probability: fc.oneof(
    between(0, 1),
    fc.constantFrom(STANDS_AT.fixed, STANDS_AT.historical, WARNS_AT.fixed, WARNS_AT.historical),
  ),
  hours: fc.option(fc.oneof(fc.constant(0), between(0, 8))),
  gap: fc.constantFrom(0.25, 1, 1, 1, 2, 5),
});
const anySource = fc.constantFrom('fixed' as const, 'historical' as const);
const anyRuns = fc.tuple(fc.array(anyRun, { maxLength: 40 }), anySource).map(([runs, source]) => {
  let at = 0;
  return runs.map(({ probability, hours, gap }) => {
    at += gap;
    return runAt(at, probability, hours, { source });
  });
});

const LEVELS: readonly Severity[] = ['info', 'warning', 'critical'];
/** How often severities rise to `level` or above it, and fall below it. */
const flips = (found: readonly Severity[], level: Severity): number => {
  const isOn = [false, ...found.map((severity) => LEVELS.indexOf(severity) >= LEVELS.indexOf(level))];
  return isOn.filter((on, i) => i > 0 && on !== isOn[i - 1]).length;
};

describe('for any runs, a warning', () => {
  it('is at least as severe as a forecast that is almost certain or near, so that nothing urgent waits', () => {
    fc.assert(
      fc.property(anyRuns, (runs) => {
        severities(runs).forEach((severity, i) => {
          const { probability, timeToImpactSeconds: time } = runs[i]!.breach;
          if (probability < 0.9 && (time?.p50 ?? Infinity) > 7200) return;
          expect(LEVELS.indexOf(severity)).toBeGreaterThanOrEqual(LEVELS.indexOf(runs[i]!.breach.severity));
        });
      }),
    );
  });

  it('never turns on and off more often than the forecasts alone', () => {
    fc.assert(
      fc.property(anyRuns, fc.constantFrom('warning' as const, 'critical' as const), (runs, level) => {
        const alone = runs.map(({ breach }) => breach.severity);
        expect(flips(severities(runs), level)).toBeLessThanOrEqual(flips(alone, level));
      }),
    );
  });

  it('is announced exactly when it is raised, changes, ends, or was not announced for twelve hours', () => {
    fc.assert(
      fc.property(anyRuns, (runs) => {
        let [before, announcedAt]: [Severity, number] = ['info', 0];
        for (const { issuedAt, warning } of follow(runs)) {
          const severity = warning?.severity ?? 'info';
          const isDue = severity !== 'info' && issuedAt - announcedAt >= 12 * HOUR_MS;
          expect(warning?.announced?.at === issuedAt).toBe(severity !== before || isDue);
          if (warning?.announced != null) announcedAt = warning.announced.at;
          before = severity;
        }
      }),
    );
  });

  it('depends neither on runs that are repeated nor on older ones that come late', () => {
    const disturbed = anyRuns.chain((runs) =>
      fc.tuple(fc.constant(runs), fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 10 })),
    );
    fc.assert(
      fc.property(disturbed, ([runs, again]) => {
        const late = [...runs];
        if (runs.length === 0) return;
        for (const [which, delay] of again) {
          const run = runs[which % runs.length]!;
          const position = late.indexOf(run) + 1;
          late.splice(position + (delay % (late.length - position + 1)), 0, run);
        }
        expect(follow(late).findLast((run) => run.issuedAt === runs.at(-1)!.issuedAt)?.warning).toEqual(
          follow(runs).at(-1)!.warning,
        );
      }),
    );
  });

  it('is not reset by a missing run', () => {
    fc.assert(
      fc.property(
        between(0.9, 1),
        between(STANDS_AT.fixed, 1),
        fc.integer({ min: 1, max: 5 }),
        (p, next, gap) => {
          const [raised, later] = follow([runAt(0, p), runAt(gap, next)]);
          expect(later!.warning?.since).toBe(raised!.issuedAt);
        },
      ),
    );
  });
});
