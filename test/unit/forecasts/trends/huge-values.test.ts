/** The largest numbers that a metric may have: each answer is finite, or says what is wrong. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { presentTrends, Trends } from '../../../../core/forecasts/api/trends.ts';
import { reportTrends } from '../../../../core/forecasts/trends/trend-report.ts';

const Report = Trends.omit({ target: true, metric: true });
const STEP = 3_600;
const HOURS = 24 * 40;
const start = Date.UTC(2026, 0, 1) / 1000;

const value = fc.oneof(
  fc.constantFrom(1.7e308, -1.7e308, Number.MAX_VALUE, -Number.MAX_VALUE, 0, 5e-324, 1e-300, 1e200),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);
/** Values that repeat with a period, or rise by a part of them each hour. */
const values = fc
  .record({ cycle: fc.array(value, { minLength: 1, maxLength: 24 * 8 }), rises: fc.boolean() })
  .map(({ cycle, rises }) =>
    Float64Array.from(
      { length: HOURS },
      (_, hour) => cycle[hour % cycle.length]! * (rises ? hour / HOURS : 1),
    ),
  );
const uptime = {
  start,
  stepSeconds: STEP,
  values: Float64Array.from({ length: HOURS }, (_, hour) => (hour % 200) * STEP),
};

it('trends are finite for values of any size', () => {
  fc.assert(
    fc.property(values, fc.option(value), fc.boolean(), fc.boolean(), (series, capacity, leaks, totals) => {
      const report = reportTrends(
        { start, stepSeconds: STEP, values: series },
        { totals, ...(capacity !== null && { capacity }), ...(leaks && { uptime }) },
      );
      expect(Report.safeParse(JSON.parse(JSON.stringify(presentTrends(report)))).error).toBeUndefined();
    }),
    { numRuns: 60 },
  );
});
