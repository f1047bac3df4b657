/** How the API and the command line show the long view of a series. */

import * as z from 'zod';
import type { TrendReport } from '../forecasts/trends/trend-report.ts';
import { isoOfSeconds } from '../shared/time.ts';
import { components } from './answers.ts';

const Instant = z.iso.datetime().describe('UTC, ISO 8601');
const Seconds = z.number().nullable().describe('Seconds from the last value');
const RunOutDate = Instant.nullable().describe('null: not at that pace');

/** What every trend report holds, whoever asked for it. */
const report = {
  from: Instant,
  to: Instant,
  stepSeconds: z.number(),
  trends: z
    .array(
      z.object({
        days: z.number().int(),
        perDay: z.object({ slope: z.number(), low: z.number(), high: z.number(), significant: z.boolean() }),
        growth: z.number().nullable().describe('Change over the span as a share of the level at its start'),
      }),
    )
    .describe('Robust trends of the daily medians over 30, 60 and 90 days, as many as the history bears'),
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
    .describe('When the capacity is reached if it goes on as in the last 30 days'),
  exhaustion: z
    .object({ early: Seconds, middle: Seconds, late: Seconds })
    .nullable()
    .describe('When the forecast of the next day reaches the capacity; null where it does not'),
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
    .describe('Chances of failing and of being down, from the outages seen, recent ones counting more'),
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

export const Trends = z.object({ target: z.string(), metric: z.string(), ...report });
components.add(Trends, { id: 'Trends' });

/** Years beyond which a run-out date is none. */
const LATEST_YEAR = 9999;
const LATEST = Date.UTC(LATEST_YEAR, 0) / 1000;

const runOutDate = (at: number | null): string | null =>
  at === null || at > LATEST ? null : isoOfSeconds(Math.round(at));
const rounded = (value: number): number => Number(value.toPrecision(7));

/** A trend report with ISO dates and seven digits. */
export const presentTrends = (told: TrendReport) => {
  const { runOut, ...rest } = told;
  return {
    ...rest,
    from: isoOfSeconds(Math.round(told.from)),
    to: isoOfSeconds(Math.round(told.to)),
    trends: told.trends.map(({ days, perDay, growth }) => ({
      days,
      perDay: {
        slope: rounded(perDay.slope),
        low: rounded(perDay.low),
        high: rounded(perDay.high),
        significant: perDay.significant,
      },
      growth: growth === null ? null : rounded(growth),
    })),
    runOut: runOut && {
      level: rounded(runOut.level),
      perDay: rounded(runOut.perDay),
      early: runOutDate(runOut.early),
      middle: runOutDate(runOut.middle),
      late: runOutDate(runOut.late),
    },
    reliability: told.reliability && {
      outages: told.reliability.outages,
      within: told.reliability.within.map(({ days, ...chances }) => ({
        days,
        failureProbability: rounded(chances.failureProbability),
        expectedFailures: rounded(chances.expectedFailures),
        expectedDownSeconds: rounded(chances.expectedDownSeconds),
        downtimeProbability: rounded(chances.downtimeProbability),
      })),
    },
  };
};
