import { describe, expect, it } from 'vitest';
import { horizonOf, recurs } from '../../../../core/remediation/recommendation/horizon.ts';
import { DAY, NOW, outcome } from './samples.ts';

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
    expect(horizonOf('adds-capacity', minutes, lead, false)).toBe(expected);
  });

  it.each([
    ['adds-capacity', 'preventive'],
    ['restores-version', 'preventive'],
    ['lifts-limit', 'preventive'],
    ['repairs', 'preventive'],
    ['restarts', 'short'],
    ['frees-space', 'short'],
  ] as const)('of a problem that recurs is for %s %s', (effect, expected) => {
    expect(horizonOf(effect, 5, 360, true)).toBe(expected);
    expect(horizonOf(effect, 5, 60, true)).toBe('immediate');
  });
});

describe('recurs', () => {
  const trouble = { alertType: 'cpu-high', environment: 'prod', profile: 'web' };
  const counts = (...changes: readonly Parameters<typeof outcome>[0][]) =>
    recurs(changes.map(outcome), trouble, NOW);

  it('is true from the second time within 30 days on', () => {
    expect(counts({})).toBe(false);
    expect(counts({}, {})).toBe(true);
    expect(counts({}, { at: NOW - 30 * DAY })).toBe(true);
    expect(counts({}, { at: NOW - 30 * DAY - 1 })).toBe(false);
  });

  it.each([{ alertType: 'memory-high' }, { environment: 'dev' }, { profile: 'batch' }] as const)(
    'does not count %o',
    (changes) => {
      expect(counts({}, changes)).toBe(false);
    },
  );

  it('counts whatever came of it', () => {
    expect(counts({ result: 'failed' }, { result: 'unproven' })).toBe(true);
  });
});
