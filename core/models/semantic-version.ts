/** Versions of models: major.minor.patch (semver.org 2.0.0, without pre-releases and build metadata). */
import * as z from 'zod';

export const SemanticVersion = z
  .string()
  .regex(/^(?:0|[1-9]\d{0,5})(?:\.(?:0|[1-9]\d{0,5})){2}$/, 'expected a version such as 1.4.2');
export type SemanticVersion = z.infer<typeof SemanticVersion>;

/**
 * The version that ships with the product and is never registered. Of a kind without a shipped artefact, it stands for
 * forecasts without a model of that kind.
 */
export const SHIPPED_VERSION: SemanticVersion = '0.0.0';

/**
 * `major`: older code cannot read the artefact; `minor`: other training code or search; `patch`: the same code, other
 * data.
 */
export const VERSION_CHANGES = ['major', 'minor', 'patch'] as const;
export type VersionChange = (typeof VERSION_CHANGES)[number];

const partsOf = (version: SemanticVersion): readonly [number, number, number] => {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number);
  return [major, minor, patch];
};

/** Below 0 if `a` is older than `b`, 0 if they are equal. */
export const compareVersions = (a: SemanticVersion, b: SemanticVersion): number => {
  const [left, right] = [partsOf(a), partsOf(b)];
  return left[0] - right[0] || left[1] - right[1] || left[2] - right[2];
};

/** The first version above `version` with a change of this kind. */
export const nextVersion = (version: SemanticVersion, change: VersionChange): SemanticVersion => {
  const [major, minor, patch] = partsOf(version);
  if (change === 'major') return `${major + 1}.0.0`;
  if (change === 'minor') return `${major}.${minor + 1}.0`;
  return `${major}.${minor}.${patch + 1}`;
};

/** As text that sorts like the versions. */
export const sortableVersion = (version: SemanticVersion): string =>
  partsOf(version)
    .map((part) => String(part).padStart(6, '0'))
    .join('.');
