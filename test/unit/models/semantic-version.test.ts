import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  compareVersions,
  nextVersion,
  SemanticVersion,
  SHIPPED_VERSION,
  sortableVersion,
  VERSION_CHANGES,
} from '../../../core/models/semantic-version.ts';

const part = fc.integer({ min: 0, max: 99_999 });
const version = fc.tuple(part, part, part).map((parts) => parts.join('.'));

describe('versions', () => {
  it.each([
    ['major', '2.0.0'],
    ['minor', '1.5.0'],
    ['patch', '1.4.3'],
  ] as const)('the next one after 1.4.2 with a %s change is %s', (change, next) => {
    expect(nextVersion('1.4.2', change)).toBe(next);
  });

  it('are valid and above the one before', () => {
    fc.assert(
      fc.property(version, fc.constantFrom(...VERSION_CHANGES), (before, change) => {
        const after = nextVersion(before, change);
        expect(SemanticVersion.safeParse(after).success).toBe(true);
        expect(compareVersions(after, before)).toBeGreaterThan(0);
        expect(compareVersions(before, before)).toBe(0);
        expect(compareVersions(before, SHIPPED_VERSION)).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it('sort as text as they do as versions', () => {
    fc.assert(
      fc.property(version, version, (a, b) => {
        const [left, right] = [sortableVersion(a), sortableVersion(b)];
        const byText = left < right ? -1 : Number(left > right);
        expect(byText).toBe(Math.sign(compareVersions(a, b)));
      }),
    );
  });

  it.each(['1.2', '1.2.3.4', '01.2.3', '1.2.3-rc1', 'v1.2.3', '1.2.1234567', ''])('%s is none', (text) => {
    expect(SemanticVersion.safeParse(text).success).toBe(false);
  });
});
