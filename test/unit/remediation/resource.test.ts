import { describe, expect, it } from 'vitest';
import { ResourceId } from '../../../core/remediation/resource.ts';

const isResource = (id: string): boolean => ResourceId.safeParse(id).success;

describe('the id of a resource', () => {
  it.each([
    'auto-scaling-group:web',
    'ecs-service:shop/checkout',
    'kubernetes-deployment:main/shop/web.v2',
    'kubernetes-pod:main/shop/web-7d9f-x2',
  ])('can be %s', (id) => {
    expect(isResource(id)).toBe(true);
  });

  it.each([
    ['the namespace of a pod', 'kubernetes-pod:main/shop/..'],
    ['the list of pods', 'kubernetes-pod:main/shop/.'],
    ['the namespace of a deployment', 'kubernetes-deployment:main/shop/..'],
    ['another path', 'kubernetes-pod:main/shop/web/../../secrets'],
    ['an ARN', 'arn:aws:sqs:us-east-1:1:q'],
    ['a wildcard', 'auto-scaling-group:*'],
    ['two lines', 'auto-scaling-group:web\n'],
    ['a kind that every object has', 'constructor:web'],
    ['a query', 'kubernetes-pod:main/shop/web?force=1'],
    ['an escape', 'ecs-service:shop/%2e%2e'],
  ])('cannot be %s', (_, id) => {
    expect(isResource(id)).toBe(false);
  });
});
