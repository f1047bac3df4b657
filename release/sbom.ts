import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import * as z from 'zod';
import { isForDevelopment, lockedPackages } from './lockfile.ts';

const root = join(import.meta.dirname, '..');
const MAX_BYTES = 64 * 1024 * 1024;

const Component = z.looseObject({
  name: z.string(),
  version: z.string(),
  purl: z.string().startsWith('pkg:npm/'),
  licenses: z.array(z.unknown()).optional(),
  hashes: z.array(z.looseObject({ alg: z.string(), content: z.string() })).optional(),
});

/** The parts of a CycloneDX document that are used here. */
const Bom = z.looseObject({
  bomFormat: z.literal('CycloneDX'),
  specVersion: z.string(),
  metadata: z.looseObject({
    component: z.looseObject({ name: z.string(), version: z.string(), 'bom-ref': z.string() }),
  }),
  components: z.array(Component),
  dependencies: z.array(z.looseObject({ ref: z.string(), dependsOn: z.array(z.string()).default([]) })),
});
type Bom = z.infer<typeof Bom>;

/** The bill of materials of `package-lock.json`, as npm writes it. */
const allComponents = (): Bom => {
  const words = ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only'];
  const text = execFileSync('npm', words, { cwd: root, encoding: 'utf8', maxBuffer: MAX_BYTES });
  return Bom.parse(JSON.parse(text));
};

/** Without what differs from run to run: the serial number, the time, and the name of the folder. */
const withoutChance = ({ serialNumber: _, ...bom }: Bom): Bom => {
  const { timestamp: __, ...metadata } = bom.metadata;
  return { ...bom, metadata: { ...metadata, component: { ...metadata.component, name: 'forestall' } } };
};

/** npm gives no hash for a package of which a tool bundles a copy of the same version. */
const hashOf = (integrity: string) => {
  const [algorithm = '', digest = ''] = integrity.split('-');
  return { alg: algorithm.replace('sha', 'SHA-'), content: Buffer.from(digest, 'base64').toString('hex') };
};

/**
 * The software bill of materials of what is deployed. `npm sbom --omit dev` would also omit packages that both the
 * product and its tests need.
 */
export const makeSbom = (): Bom => {
  const bom = withoutChance(allComponents());
  const shipped = new Map(
    lockedPackages()
      .filter((one) => !isForDevelopment(one))
      .map(({ name, version, integrity = '' }) => [`${name}@${version}`, integrity]),
  );
  const isShipped = (ref: string): boolean => shipped.has(ref) || ref === bom.metadata.component['bom-ref'];
  return {
    ...bom,
    components: bom.components.flatMap((component) => {
      const integrity = shipped.get(`${component.name}@${component.version}`);
      return integrity === undefined
        ? []
        : [{ ...component, hashes: component.hashes ?? [hashOf(integrity)] }];
    }),
    dependencies: bom.dependencies
      .filter(({ ref }) => isShipped(ref))
      .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter(isShipped) })),
  };
};

/** Writes the bill of materials of what is deployed, and returns the number of its components. */
export const writeSbom = (file: string): number => {
  const bom = makeSbom();
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(bom, null, 2)}\n`);
  return bom.components.length;
};

if (import.meta.main) {
  const file = resolve(process.argv[2] ?? '.local/release/sbom.cdx.json');
  process.stdout.write(`Wrote ${writeSbom(file)} components to ${file}\n`);
}
