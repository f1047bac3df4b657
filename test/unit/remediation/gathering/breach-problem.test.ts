import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Problem } from '../../../../core/remediation/cause.ts';
import { findProblem } from '../../../../core/remediation/gathering/find-problem.ts';
import { NOW } from '../stored-samples.ts';
import { breach, find, moment, present, sourcesOf } from './gathering-world.ts';

const cause = {
  ...{ kind: 'predicted-breach' as const, targetId: 'web-1', metric: 'cpu_percent' },
  since: NOW - 600,
};
const ended = { absent: 'The warning about cpu_percent of web-1 has ended.' };

describe('a predicted breach', () => {
  it('is a problem as the last forecast run left it', async () => {
    const found = present(await find({ breaches: [breach()] }, cause));
    expect(found).toMatchObject({ since: NOW - 600, deployment: null, resource: null });
    expect(Problem.parse(found.problem)).toMatchObject({
      ...{ alertType: 'cpu-high', targetIds: ['web-1'], metric: 'cpu_percent' },
      ...{ threshold: { direction: 'above', limit: 95 }, impactAt: NOW - 300 + 21_600 },
      evidence: [
        'cpu_percent of web-1 is predicted to rise above 95 within 8 hours with probability 0.98',
        'the median of the time until then is 6 hours, as of 2026-11-21T10:00:00.000Z',
        '95 % of the probability: it has climbed by 9 per hour',
      ],
    });
  });

  it('is never more certain than its forecast', () =>
    fc.assert(
      fc.asyncProperty(fc.double({ min: 0, max: 1, noNaN: true }), async (probability) => {
        const risk = { ...breach().breach, probability };
        const { problem } = present(await find({ breaches: [breach({ breach: risk })] }, cause));
        expect(problem.confidence).toBeLessThanOrEqual(probability);
      }),
    ));

  it('below a limit tells the direction, and minutes if they are few', async () => {
    const { timeToImpactSeconds: _, ...rest } = breach().breach;
    const soon = { ...rest, timeToImpactSeconds: { p10: 60, p50: 1805.5, p90: 3600 } };
    const low = breach({ threshold: { direction: 'below', limit: 5, source: 'fixed' }, breach: soon });
    const { problem } = present(await find({ breaches: [low] }, cause));
    expect(problem.evidence[0]).toContain('fall below 5');
    expect(problem.evidence[1]).toContain('is 30 minutes');
    expect(problem.impactAt).toBe(NOW - 300 + 1805);
  });

  it('without a time of impact states none', async () => {
    const never = { ...breach().breach, timeToImpactSeconds: null };
    const { problem } = present(await find({ breaches: [breach({ breach: never })] }, cause));
    expect([problem.impactAt, problem.evidence.length]).toEqual([null, 2]);
  });

  it.each([
    [7200, true],
    [7199, false],
  ])('is gradual if the median time to it is %d s: %s', async (p50, isGradual) => {
    const risk = { ...breach().breach, timeToImpactSeconds: { p10: 1, p50, p90: 28_800 } };
    const { sources, asked } = await sourcesOf({ breaches: [breach({ breach: risk })] });
    await findProblem(sources, moment(), cause);
    expect(asked).toMatchObject([{ isGradual, cause: 'predicted-breach', metric: { unit: '%' } }]);
  });

  const { warning } = breach();
  it.each([
    ['nothing is predicted any more', []],
    ['another metric is predicted to breach', [breach({ metric: 'memory_percent' })]],
    ['it is of another tenant', [breach({ tenantId: 'globex' })]],
    ['no warning stands', [breach({ warning: null })]],
    ['it was never announced', [breach({ warning: { ...warning!, announced: null } })]],
    ['it ended', [breach({ warning: { ...warning!, announced: { at: NOW * 1000, reason: 'ended' } } })]],
    ['it ended and another was raised', [breach({ warning: { ...warning!, since: (NOW - 60) * 1000 } })]],
  ])('is over if %s', async (_, breaches) => {
    expect(await find({ breaches }, cause)).toEqual(ended);
  });

  it('is not acted on if its forecast is old', async () => {
    const facts = { breaches: [breach()] };
    present(await find(facts, cause, { now: NOW - 300 + 7200 }));
    expect(await find(facts, cause, { now: NOW - 300 + 4 * 3600 })).toEqual({
      absent:
        'The forecast of cpu_percent of web-1 is 4 hours old: check that the target reports and that forecasts run.',
    });
    expect(await find(facts, cause, { now: NOW - 300 + 7201 })).toHaveProperty('absent');
  });

  it('is acted on for longer where forecasts are made less often', async () => {
    const facts = { breaches: [breach()], forecastSeconds: 4 * 3600 };
    present(await find(facts, cause, { now: NOW - 300 + 8 * 3600 }));
    expect(await find(facts, cause, { now: NOW - 300 + 8 * 3600 + 1 })).toHaveProperty('absent');
  });
});
