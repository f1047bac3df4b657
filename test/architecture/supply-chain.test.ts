import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isAllowed, licencesPage, refusedLicences } from '../../release/licences.ts';
import { isForDevelopment, type LockedPackage, lockedPackages, packagesIn } from '../../release/lockfile.ts';
import { makeSbom } from '../../release/sbom.ts';
import { root } from './source-tree.ts';

const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const packages = lockedPackages();
const manifest = JSON.parse(read('package.json'));
const GROUPS = ['dependencies', 'devDependencies', 'optionalDependencies'] as const;

/** The registry that integrity hashes refer to. */
const REGISTRY = 'https://registry.npmjs.org/';

/** Packages whose content the lockfile does not fix by a SHA-512, or that come from elsewhere than the registry. */
const unfixedPackages = (packages: readonly LockedPackage[]): readonly string[] =>
  packages
    .filter(
      ({ integrity, resolved, inBundle }) =>
        !(inBundle || integrity?.startsWith('sha512-')) || !(resolved ?? REGISTRY).startsWith(REGISTRY),
    )
    .map(({ path }) => path);

/** Versions that could resolve to something else tomorrow. */
const loose = (versions: Readonly<Record<string, string>>): readonly string[] =>
  Object.entries(versions)
    .filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))
    .map(([name]) => name);

/** Lines of a requirements file without an exact version and the hash of each archive. */
const unpinned = (requirements: string): readonly string[] =>
  requirements
    .replaceAll('\\\n', ' ')
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .filter((line) => !/^[\w.-]+==[\w.]+\s.*--hash=sha256:[0-9a-f]{64}/.test(line));

describe('package-lock.json', () => {
  it('fixes the content of every package, from the public registry', () => {
    expect(packages.length).toBeGreaterThan(400);
    expect(unfixedPackages(packages)).toEqual([]);
  });

  it('agrees with package.json', () => {
    const own = JSON.parse(read('package-lock.json')).packages[''];
    for (const group of GROUPS) expect(own[group]).toEqual(manifest[group]);
  });

  it.each([
    { version: '1.0.0' },
    { version: '1.0.0', integrity: 'sha1-abc' },
    { version: '1.0.0', integrity: 'sha512-abc', resolved: 'https://example.com/a.tgz' },
    { version: '1.0.0', integrity: 'sha512-abc', resolved: 'git+ssh://git@github.com/a/a.git' },
  ])('a planted package is found: %j', (planted) => {
    const lockfile = { lockfileVersion: 3, packages: { 'node_modules/planted': planted } };
    expect(unfixedPackages(packagesIn(lockfile))).toEqual(['node_modules/planted']);
  });
});

describe('versions', () => {
  it('of npm packages are exact', () => {
    for (const group of GROUPS) expect(loose(manifest[group])).toEqual([]);
    expect(loose({ a: '^1.0.0', b: 'latest', c: '1.x', d: '1.0.0' })).toEqual(['a', 'b', 'c']);
  });

  it('of Python packages are exact, with hashes', () => {
    expect(unpinned(read('local/emulator/requirements.txt'))).toEqual([]);
    expect(unpinned('# note\na==1.0\nb>=1.0 --hash=sha256:00\n')).toHaveLength(2);
  });
});

describe('licences', () => {
  it('are permissive, or excepted with a reason', () => {
    expect(refusedLicences(packages)).toEqual([]);
  });

  it.each([
    ['GPL-3.0-only', true],
    ['AGPL-3.0-or-later', true],
    ['MIT AND GPL-3.0-only', true],
    ['(MIT OR GPL-3.0-or-later)', false],
    ['(Apache-2.0 AND BSD-3-Clause)', false],
  ])('%s is refused: %s', (licence, refused) => {
    expect(isAllowed(licence)).toBe(!refused);
  });

  it('an exception covers no package that is deployed, and no other package', () => {
    const plant = (name: string, dev: boolean) =>
      packagesIn({
        lockfileVersion: 3,
        packages: { [`node_modules/${name}`]: { version: '1.0.0', dev, license: 'AGPL-3.0-or-later' } },
      });
    expect(refusedLicences(plant('@cloud-copilot/iam-simulate', true))).toEqual([]);
    expect(refusedLicences(plant('@cloud-copilot/iam-simulate', false))).toHaveLength(1);
    expect(refusedLicences(plant('another', true))).toHaveLength(1);
  });

  it('are listed in docs/licences.md: run "npm run licences"', () => {
    expect(read('docs/licences.md')).toBe(licencesPage(packages));
  });
});

describe('the bill of materials', () => {
  const bom = makeSbom();
  const nameOf = ({ name, version }: { readonly name: string; readonly version: string }) =>
    `${name}@${version}`;

  it('is CycloneDX and lists what is deployed, each with its licence and hash', () => {
    expect(bom).toMatchObject({ bomFormat: 'CycloneDX', specVersion: '1.5' });
    const shipped = new Set(packages.filter((one) => !isForDevelopment(one)).map(nameOf));
    expect(new Set(bom.components.map(nameOf))).toEqual(shipped);
    for (const { licenses, hashes } of bom.components) {
      expect(licenses).not.toEqual([]);
      expect(hashes).toMatchObject([{ alg: 'SHA-512' }]);
    }
  });

  it('names the dependencies of each component, and nothing else', () => {
    const known = new Set(bom.dependencies.map(({ ref }) => ref));
    for (const one of bom.components) expect(known).toContain(nameOf(one));
    for (const { dependsOn } of bom.dependencies) for (const ref of dependsOn) expect(known).toContain(ref);
  });

  it('is the same each time', () => {
    expect(makeSbom()).toEqual(bom);
    expect(JSON.stringify(bom)).not.toMatch(/urn:uuid|timestamp/);
  });
});
