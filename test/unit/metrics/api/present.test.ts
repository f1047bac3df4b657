import { describe, expect, it } from 'vitest';
import { presentSeries } from '../../../../core/metrics/api/series.ts';
import { presentTarget, Target } from '../../../../core/metrics/api/targets.ts';

describe('what the API shows', () => {
  it('of targets and series has a unit only if the sender provided one', () => {
    const target = presentTarget({
      ...{ tenantId: 'acme', targetId: 'db', profile: 'database', firstSeen: 0, lastSeen: 60 },
      metrics: { a: { kind: 'gauge', unit: '%' }, b: { kind: 'counter' } },
    });
    expect(Target.parse(target).metrics).toEqual([
      { name: 'a', kind: 'gauge', unit: '%' },
      { name: 'b', kind: 'counter' },
    ]);
    expect(presentSeries('db', 'b', { kind: 'counter' }, [[1, 2]])).toEqual({
      ...{ target: 'db', metric: 'b', kind: 'counter', points: [[1, 2]] },
    });
  });
});
