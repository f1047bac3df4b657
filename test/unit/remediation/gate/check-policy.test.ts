import { describe, expect, it } from 'vitest';
import { ALERT_TYPES } from '../../../../core/remediation/alerts/alert-types.ts';
import { CATALOGUE } from '../../../../core/remediation/catalogue/catalogue.ts';
import { checkPolicy } from '../../../../core/remediation/gate/policy/check-policy.ts';
import type { ManagedResource, RemediationPolicy } from '../../../../core/remediation/policy.ts';
import { aPolicy, RESOURCE } from './allowed-world.ts';

const faults = (resource: Partial<ManagedResource>, more: Partial<RemediationPolicy> = {}) =>
  checkPolicy(aPolicy({}, resource, more), CATALOGUE, ALERT_TYPES);
const allowing = (action: string, parameters: ManagedResource['actions'][number]['parameters']) =>
  faults({ actions: [{ action, parameters, approval: 'by-risk' }] });

describe('checkPolicy', () => {
  it('finds nothing wrong with known actions and alert types', () => {
    const alert = {
      source: 'webhook',
      name: 'cpu',
      resource: RESOURCE,
      metric: 'cpu',
      minMinutes: 5,
    } as const;
    expect(faults({}, { alerts: [{ ...alert, alertType: 'cpu-high' }] })).toEqual([]);
    expect(faults({}, { alerts: [{ ...alert, alertType: 'haunted' }] })).toEqual([
      'alert cpu: no alert type haunted',
    ]);
  });

  it('finds actions that do not exist, or are for other resources', () => {
    expect(allowing('grow-group', {})).toEqual([`${RESOURCE}: no action grow-group`]);
    expect(allowing('restart-service', {})).toEqual([
      `${RESOURCE}: restart-service is for ecs-service, not for auto-scaling-group`,
    ]);
  });

  it('finds parameters that the action does not take', () => {
    expect(allowing('scale-out-group', { max: 10, size: 3 })).toEqual([
      `${RESOURCE}: parameters of scale-out-group: size: Unrecognized key: "size"`,
    ]);
    expect(allowing('scale-out-group', {})[0]).toContain('parameters of scale-out-group: max');
  });
});
