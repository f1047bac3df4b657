import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isForDevelopment, type LockedPackage, lockedPackages } from './lockfile.ts';

/** Licences that allow any use, if their text is kept. */
const ALLOWED: ReadonlySet<string> = new Set([
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'ISC',
  'MIT',
  'MIT-0',
]);

/** Other licences of packages that only develop and test Forestall, and are no part of what is deployed. */
export const EXCEPTIONS: readonly {
  readonly licence: string;
  readonly packages: RegExp;
  readonly reason: string;
}[] = [
  {
    licence: 'AGPL-3.0-or-later',
    packages: /^@cloud-copilot\/iam-(policy|simulate|utils)$/,
    reason: 'Evaluates policies in tests (ADR 17). Runs unchanged, and is neither deployed nor distributed.',
  },
  {
    licence: 'MPL-2.0',
    packages: /^lightningcss(-|$)/,
    reason:
      'A part of Vite, which runs the tests. The licence covers only its own files, which are unchanged.',
  },
  {
    licence: 'CC-BY-4.0',
    packages: /^caniuse-lite$/,
    reason: 'A table of browsers, which the mutation tests load through Babel.',
  },
];

/** True if an SPDX expression can be satisfied with allowed licences: any of `OR`, all of `AND`. */
export const isAllowed = (expression: string): boolean =>
  expression
    .replaceAll(/[()]/g, '')
    .split(' OR ')
    .some((choice) => choice.split(' AND ').every((licence) => ALLOWED.has(licence)));

const isExcepted = (one: LockedPackage): boolean =>
  isForDevelopment(one) &&
  EXCEPTIONS.some(({ licence, packages }) => licence === one.license && packages.test(one.name));

/** Packages with a licence that is neither allowed nor excepted. */
export const refusedLicences = (packages: readonly LockedPackage[]): readonly string[] =>
  packages
    .filter((one) => !(isAllowed(one.license ?? '') || isExcepted(one)))
    .map(({ path, license }) => `${path}: ${license ?? 'no licence'}`);

const byText = (a: string, b: string): number => (a < b ? -1 : 1);
const unique = (lines: readonly string[]): readonly string[] => [...new Set(lines)].toSorted(byText);

const rowsOf = (packages: readonly LockedPackage[]): readonly string[] =>
  unique(packages.map(({ name, version, license }) => `| ${name} | ${version} | ${license ?? ''} |`));

const countsOf = (packages: readonly LockedPackage[]): readonly string[] =>
  [...Map.groupBy(packages, ({ license }) => license ?? '')]
    .toSorted(([a], [b]) => byText(a, b))
    .map(([licence, those]) => `| ${licence} | ${those.length} |`);

/** The page `docs/licences.md`. */
export const licencesPage = (packages: readonly LockedPackage[]): string => {
  const [development = [], shipped = []] = [true, false].map((wanted) =>
    packages.filter((one) => isForDevelopment(one) === wanted),
  );
  return `# Licences

Forestall is under the [Apache License 2.0](../LICENSE). \`npm run licences\` writes this page from \`package-lock.json\`; a test fails if it is out of date, and on a licence that is neither permissive nor excepted in \`release/licences.ts\`.

## Packages of deployed functions and of the command line

| Package | Version | Licence |
|---|---|---|
${rowsOf(shipped).join('\n')}

## Packages for development and tests

They are no part of what is deployed: \`test/infra/bundles.test.ts\` fails if a bundle contains one.

| Licence | Packages |
|---|---|
${countsOf(development).join('\n')}

| Exception | Reason |
|---|---|
${EXCEPTIONS.map(({ licence, reason }) => `| ${licence} | ${reason} |`).join('\n')}
`;
};

if (import.meta.main) {
  const packages = lockedPackages();
  const refused = refusedLicences(packages);
  writeFileSync(join(import.meta.dirname, '../docs/licences.md'), licencesPage(packages));
  process.stdout.write('Wrote docs/licences.md\n');
  for (const one of refused) process.stderr.write(`Not allowed by release/licences.ts: ${one}\n`);
  process.exitCode = refused.length === 0 ? 0 : 1;
}
