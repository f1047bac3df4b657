import { describe, expect, it } from 'vitest';
import { horizonOf } from '../../../../core/remediation/recommendation/horizon.ts';

describe('horizonOf', () => {
  it.each([
    [5, 0, 'immediate'],
    [120, 0, 'immediate'],
    [5, 120, 'immediate'],
    [121, 0, 'short'],
    [5, 121, 'short'],
    [5, 480, 'short'],
    [481, 5, 'long'],
    [5, 481, 'long'],
  ] as const)('is for an effect after %i and harm in %i minutes %s', (minutes, lead, expected) => {
    expect(horizonOf('immediate', minutes, lead)).toBe(expected);
  });

  it.each([
    ['short', 5, 'short'],
    ['short', 481, 'long'],
    ['long', 121, 'long'],
    ['preventive', 0, 'preventive'],
    ['preventive', 481, 'preventive'],
  ] as const)('of what usually helps %s is after %i minutes %s', (usual, minutes, expected) => {
    expect(horizonOf(usual, minutes, 0)).toBe(expected);
  });
});
