import { describe, expect, it } from 'vitest';
import { recommend } from '../../../../core/incidents/explaining/recommendation.ts';

const change = (secondsBefore: number) => ({
  ...{ secondsBefore, closeness: 0.5 },
  change: { node: 'db', at: 0, summary: 'version 41' },
});
const similar = (fixedBy?: string) => ({
  similarity: 0.9,
  incident: {
    ...{ incidentId: 'old', metric: 'latency' as const, signature: {}, cause: 'db' },
    ...(fixedBy === undefined ? {} : { fixedBy }),
  },
});

describe('the advice for a cause', () => {
  it('suggests rolling back a change made shortly before or right after the onset', () => {
    expect(recommend({ node: 'db', change: change(720) }, undefined)).toBe(
      'consider rolling back "version 41" (12 min before the onset)',
    );
    expect(recommend({ node: 'db', change: change(-120) }, undefined)).toContain('2 min after');
    expect(recommend({ node: 'db', change: change(5 * 3600) }, undefined)).toContain(
      'inspect the logs, traces and dependencies of db',
    );
  });

  it('suggests the fix of a similar incident, if it is known', () => {
    expect(recommend({ node: 'db', similar: similar('restarted') }, undefined)).toBe(
      'try the fix of incident old: restarted',
    );
    expect(recommend({ node: 'db', similar: similar() }, undefined)).toContain(
      'inspect the logs, traces and dependencies of db',
    );
  });

  it('suggests relieving the exhausted resource', () => {
    expect(recommend({ node: 'db' }, 'cpu')).toContain('add capacity');
    expect(recommend({ node: 'db' }, 'memory')).toContain('restart');
    expect(recommend({ node: 'db' }, 'disk-space')).toContain('free or add space');
    expect(recommend({ node: 'db' }, 'latency')).toContain('inspect the logs, traces and dependencies of db');
  });

  it('contains all that apply, the change first', () => {
    const all = recommend({ node: 'db', change: change(60), similar: similar('restarted') }, 'cpu');
    expect(all).toMatch(/^consider rolling back .*; or try the fix of incident old: restarted; or its CPU/);
  });
});
