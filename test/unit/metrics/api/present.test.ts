import { describe, expect, it } from 'vitest';
import { presentSeries } from '../../../../core/metrics/api/series.ts';
import { presentTarget, Target } from '../../../../core/metrics/api/targets.ts';

describe('what the API shows', () => {
  it('of targets and series has a unit only if the sender provided one', () => {
    const target = presentTarget({
      target: {
        ...{ tenantId: 'acme', targetId: 'db', profile: 'database', firstSeen: 0, lastSeen: 60 },
        metrics: { a: { kind: 'gauge', unit: '%' }, b: { kind: 'counter' } },
      },
      ...{ lastSeen: 120, lagSeconds: 30, state: 'reporting', expectedShare: undefined },
    });
    expect(target).toMatchObject({ lastSeen: '1970-01-01T00:02:00.000Z', lagSeconds: 30 });
    expect(target).not.toHaveProperty('expectedShare');
    expect(Target.parse(target).metrics).toEqual([
      { name: 'a', kind: 'gauge', unit: '%' },
      { name: 'b', kind: 'counter' },
    ]);
    expect(presentSeries('db', 'b', { kind: 'counter' }, [[1, 2]])).toEqual({
      ...{ target: 'db', metric: 'b', kind: 'counter', points: [[1, 2]] },
    });
  });
});
