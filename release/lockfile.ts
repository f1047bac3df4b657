import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';

const root = join(import.meta.dirname, '..');

const LockedPackage = z.looseObject({
  version: z.string(),
  license: z.string().optional(),
  integrity: z.string().optional(),
  resolved: z.string().optional(),
  /** Only needed to develop. */
  dev: z.boolean().default(false),
  devOptional: z.boolean().default(false),
  /** Part of the archive of the package that contains it. */
  inBundle: z.boolean().default(false),
});
const Lockfile = z.looseObject({
  lockfileVersion: z.number(),
  packages: z.record(z.string(), z.unknown()),
});

/** A package of `package-lock.json`. */
export interface LockedPackage extends z.infer<typeof LockedPackage> {
  readonly name: string;
  /** Folder from the root: `node_modules/a/node_modules/b`. */
  readonly path: string;
}

const nameIn = (path: string): string =>
  path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);

/** All packages of a lockfile, without the project itself. */
export const packagesIn = (lockfile: unknown): readonly LockedPackage[] =>
  Object.entries(Lockfile.parse(lockfile).packages)
    .filter(([path]) => path !== '')
    .map(([path, value]) => ({ ...LockedPackage.parse(value), name: nameIn(path), path }));

/** The packages of `package-lock.json`. */
export const lockedPackages = (): readonly LockedPackage[] =>
  packagesIn(JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')));

/** True for a package that no deployed function and no command needs. */
export const isForDevelopment = ({ dev, devOptional }: LockedPackage): boolean => dev || devOptional;
