/** Long-term trends in the API and in the output of the command line. */
import * as z from 'zod';
import { named } from '../../platform/api/components.ts';
import { ResponseInstant } from '../../platform/api/instants.ts';
import { sevenDigits } from '../../platform/api/rounding.ts';
import { MetricName } from '../../shared/identifiers.ts';
import { isoOfSeconds } from '../../shared/time.ts';
import type { TrendReport } from '../trends/trend-report.ts';

export const TrendsQuery = z.strictObject({
  metric: MetricName,
  capacity: z.coerce
    .number()
    .optional()
    .describe('Value at which the metric runs out; default: 100 for percentages'),
  uptime: MetricName.optional().describe("The target's uptime metric; needed to detect leaks"),
});

const Seconds = z.number().nullable().describe('Seconds from the last value');
const RunOutDate = ResponseInstant.nullable().describe('null: not at that pace, or no significant trend');

/** Fields of the report of the API and of the command line. */
const report = {
  from: ResponseInstant,
  to: ResponseInstant,
  stepSeconds: z.number(),
  trends: z
    .array(
      z.object({
        days: z.number().int(),
        perDay: z.object({ slope: z.number(), low: z.number(), high: z.number(), significant: z.boolean() }),
        growth: z
          .number()
          .nullable()
          .describe('Change over the span as a fraction of the level at its start'),
      }),
    )
    .describe(
      'Robust trends of the daily medians over 30, 60 and 90 days, at most over the days of the history',
    ),
  weekOverWeek: z
    .object({ lastMean: z.number(), previousMean: z.number(), change: z.number().nullable() })
    .nullable(),
  runOut: z
    .object({
      level: z.number(),
      perDay: z.number(),
      early: RunOutDate,
      middle: RunOutDate,
      late: RunOutDate,
    })
    .nullable()
    .describe(
      'Dates at which the capacity is reached: by the forecast of the next day or a ramp that probably continues, else at the pace of the last 30 days',
    ),
  exhaustion: z
    .object({ early: Seconds, middle: Seconds, late: Seconds })
    .nullable()
    .describe('Times at which the forecast of the next day reaches the capacity; null if it does not'),
  reliability: z
    .object({
      outages: z.number().int(),
      within: z.array(
        z.object({
          days: z.number().int(),
          failureProbability: z.number(),
          expectedFailures: z.number(),
          expectedDownSeconds: z.number(),
          downtimeProbability: z.number(),
        }),
      ),
    })
    .nullable()
    .describe('Probabilities of failing and of being down, from past outages, recent ones weighted more'),
  leak: z
    .object({
      leaking: z.boolean(),
      perHour: z.number(),
      stretches: z.number().int(),
      growing: z.number().int(),
      givenBack: z.number().nullable(),
    })
    .nullable()
    .describe('Growth with uptime between restarts'),
  seasonalEvents: z.array(
    z.object({
      kind: z.enum(['weekday', 'day-of-month']),
      day: z.number().int(),
      ratio: z.number(),
      seen: z.number().int(),
    }),
  ),
  nextDay: z
    .object({ p10: z.number(), p50: z.number(), p90: z.number() })
    .nullable()
    .describe('Total of the day after the last value'),
};

export const Trends = named('Trends', z.object({ target: z.string(), metric: z.string(), ...report }));

/** Later run-out dates are not reported. */
const LATEST_YEAR = 9999;
const LATEST = Date.UTC(LATEST_YEAR, 0) / 1000;

const instant = (epochSeconds: number): string => isoOfSeconds(Math.round(epochSeconds));
const runOutDate = (at: number | null): string | null => (at === null || at > LATEST ? null : instant(at));

/** A trend report with ISO dates and seven significant digits. */
export const presentTrends = (reported: TrendReport) => {
  const { runOut, ...rest } = reported;
  return {
    ...rest,
    from: instant(reported.from),
    to: instant(reported.to),
    trends: reported.trends.map(({ days, perDay, growth }) => ({
      days,
      perDay: {
        slope: sevenDigits(perDay.slope),
        low: sevenDigits(perDay.low),
        high: sevenDigits(perDay.high),
        significant: perDay.significant,
      },
      growth: growth === null ? null : sevenDigits(growth),
    })),
    runOut: runOut && {
      level: sevenDigits(runOut.level),
      perDay: sevenDigits(runOut.perDay),
      early: runOutDate(runOut.early),
      middle: runOutDate(runOut.middle),
      late: runOutDate(runOut.late),
    },
    reliability: reported.reliability && {
      outages: reported.reliability.outages,
      within: reported.reliability.within.map(({ days, ...chances }) => ({
        days,
        failureProbability: sevenDigits(chances.failureProbability),
        expectedFailures: sevenDigits(chances.expectedFailures),
        expectedDownSeconds: sevenDigits(chances.expectedDownSeconds),
        downtimeProbability: sevenDigits(chances.downtimeProbability),
      })),
    },
  };
};
