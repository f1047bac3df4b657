import { describe, expect, it } from 'vitest';
import { Problem } from '../../../../core/remediation/cause.ts';
import { tellingMetric } from '../../../../core/remediation/gathering/deployment-problem.ts';
import { watched } from '../../../fakes/metrics.ts';
import { NOW } from '../stored-samples.ts';
import { deployment, type Facts, find, present } from './gathering-world.ts';

const cause = { kind: 'unhealthy-deployment' as const, changeId: 'c-1', targetId: 'web-1' };
const gauge = (unit = '') => ({ kind: 'gauge' as const, unit });

describe('an unhealthy deployment', () => {
  it('is a problem with the versions and the reasons of its record', async () => {
    const found = present(await find({ changes: [deployment()] }, cause));
    expect(found).toMatchObject({
      ...{ since: NOW - 1800, resource: null, deployment: { deployed: '2', previous: '1' } },
    });
    expect(Problem.parse(found.problem)).toMatchObject({
      ...{ targetIds: ['web-1'], metric: 'cpu_percent', confidence: 0.889, threshold: null, impactAt: null },
      evidence: ['the deployment c-1 of web-1 is unhealthy', 'errors rose from 0.1 % to 9 %'],
    });
  });

  it('shows at most eight reasons', async () => {
    const [check] = deployment().checks;
    const parts = Array.from({ length: 30 }, () => check!.parts[0]!);
    const { problem } = present(
      await find({ changes: [deployment({ checks: [{ ...check!, parts }] })] }, cause),
    );
    expect(problem.evidence).toHaveLength(8);
  });

  it('is one without a check that could judge it, or a known target', async () => {
    const facts = { changes: [deployment({ checks: [] })], targets: [] };
    const { problem } = present(await find(facts, cause));
    expect(problem).toMatchObject({ metric: null, evidence: ['the deployment c-1 of web-1 is unhealthy'] });
  });

  const { proposal, ...unproposed } = deployment();
  it.each([
    ['does not exist', { changes: [] }, 'The change c-1 does not exist.'],
    [
      'is of another tenant',
      { changes: [deployment({ tenantId: 'globex' })] },
      'The change c-1 does not exist.',
    ],
    ['is healthy', { changes: [deployment({ health: 'healthy' })] }, 'The deployment c-1 is healthy.'],
    [
      'was followed by another',
      { changes: [deployment({ supersededBy: 'c-2' })] },
      'The deployment c-1 was followed by another.',
    ],
    ['has no proposal', { changes: [unproposed] }, 'Nothing was proposed for the deployment c-1.'],
    [
      'has an expired proposal',
      { changes: [deployment({ proposal: { ...proposal!, expiresAt: NOW } })] },
      'The proposal about c-1 has expired.',
    ],
  ] satisfies [string, Facts, string][])('that %s is no problem', async (_, facts, absent) => {
    expect(await find(facts, cause)).toEqual({ absent });
  });
});

describe('the metric that tells most about a target', () => {
  it.each([
    [{ cpu_percent: gauge('%'), error_rate: gauge('%') }, 'error_rate'],
    [{ memory_percent: gauge('%'), latency_ms: gauge('ms') }, 'latency_ms'],
    [{ b_cpu_percent: gauge('%'), a_cpu_percent: gauge('%') }, 'a_cpu_percent'],
    [{ orders: gauge() }, null],
    [{}, null],
  ])('of %j is %s', (metrics, expected) => {
    expect(tellingMetric(watched('web-1', { metrics }))).toBe(expected);
  });

  it('of an unknown target is none', () => {
    expect(tellingMetric(undefined)).toBeNull();
  });
});
