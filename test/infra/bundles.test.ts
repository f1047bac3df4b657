import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type BuildOptions, build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildFunctions, bundleOptions, folderOf, listFunctions } from '../../functions/build.ts';
import { isForDevelopment, lockedPackages } from '../../release/lockfile.ts';

const names = listFunctions();
let outdir = '';

beforeAll(async () => {
  outdir = mkdtempSync(join(tmpdir(), 'forestall-bundles-'));
  await buildFunctions(outdir);
});
afterAll(() => rmSync(outdir, { recursive: true, force: true }));

const root = join(import.meta.dirname, '../..');
const forDevelopment = new Set(
  lockedPackages()
    .filter(isForDevelopment)
    .map(({ path }) => path),
);

/** Packages of which a bundle contains a file, by the sources of its map. */
const packagesIn = (sources: readonly string[]): readonly string[] => [
  ...new Set(
    sources.flatMap(
      (source) =>
        /node_modules\/.*node_modules\/(?:@[^/]+\/)?[^/]+|node_modules\/(?:@[^/]+\/)?[^/]+/.exec(source) ??
        [],
    ),
  ),
];

/** A copy of the project in another folder, of another depth. */
const copyProject = (): string => {
  const copy = join(mkdtempSync(join(tmpdir(), 'forestall-copy-')), 'deeper', 'project');
  for (const path of ['adapters', 'core', 'functions', 'package.json', 'tsconfig.json'])
    cpSync(join(root, path), join(copy, path), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  return copy;
};

/** Sources that only the recording of traces needs. */
const RECORDING = /aws-xray-sdk-core|powertools\/tracer|cls-hooked/;

const bundleOf = (name: string): string => join(outdir, name, 'index.mjs');

/**
 * Functions with a higher limit than 1,024 KB. These two call the services of all actions, with fourteen clients of the SDK:
 * 1,134 and 1,079 KB, which take 0.34 and 0.25 s of CPU to import (`npm run bench`). A remediation begins seconds after its
 * cause at best, so that this does not delay it noticeably.
 */
const LIMIT_KB: Readonly<Record<string, number>> = { 'choose-action': 1200, 'execute-action': 1200 };

describe.each(names)('the bundle of %s', (name) => {
  it('stays under 1 MB, or its argued limit', () => {
    expect(statSync(bundleOf(name)).size / 1024).toBeLessThan(LIMIT_KB[name] ?? 1024);
  });

  it('leaves out the schemas of operations that it does not call', () => {
    // The first and the last operation of EC2, and one of S3.
    const code = readFileSync(bundleOf(name), 'utf8');
    expect(code).not.toMatch(/"(?:AcceptAddressTransfer|WithdrawByoipCidr|PutBucketWebsite)\w*"/);
  });

  it('is a minified ES module that can require built-ins, with a source map beside it', () => {
    const code = readFileSync(bundleOf(name), 'utf8');
    expect(code).toContain('createRequire');
    expect(code.split('\n').length).toBeLessThan(code.length / 500);
    expect(code).toMatch(/export\{[^}]*\bhandler\b[^}]*\}/);
    const map = JSON.parse(readFileSync(`${bundleOf(name)}.map`, 'utf8'));
    expect(map.sources.join()).toContain(`${folderOf(name)}/`);
    expect(map.sourcesContent).toBeUndefined();
  });

  it('contains no package that is only for development', () => {
    const { sources } = JSON.parse(readFileSync(`${bundleOf(name)}.map`, 'utf8'));
    const packages = packagesIn(sources);
    expect(packages.length).toBeGreaterThan(5);
    expect(packages.filter((one) => forDevelopment.has(one))).toEqual([]);
  });

  it('takes http from the built-ins instead of importing it, which loads undici', () => {
    expect(readFileSync(bundleOf(name), 'utf8')).not.toMatch(/from"(node:)?https?"/);
  });

  it('takes credentials from the environment, without the clients of any other way', () => {
    const map = JSON.parse(readFileSync(`${bundleOf(name)}.map`, 'utf8'));
    const sources: string = map.sources.join();
    expect(sources).toContain('@aws-sdk/credential-provider-env/');
    expect(sources).not.toMatch(/@aws-sdk\/(nested-clients|credential-provider-(?!env))/);
  });

  it('contains nothing that records traces, which it loads beside itself if tracing is on', () => {
    const { sources } = JSON.parse(readFileSync(`${bundleOf(name)}.map`, 'utf8'));
    expect(sources.filter((source: string) => RECORDING.test(source))).toEqual([]);
    expect(readFileSync(bundleOf(name), 'utf8')).toMatch(/await import\("\.\/tracing\.mjs"\)/);
    const { sources: recording } = JSON.parse(readFileSync(join(outdir, name, 'tracing.mjs.map'), 'utf8'));
    expect(recording.filter((source: string) => RECORDING.test(source)).length).toBeGreaterThan(10);
  });

  it('holds versions of the SDK, not the rest of its package files', () => {
    const code = readFileSync(bundleOf(name), 'utf8');
    expect(code).toMatch(/version:"3\.\d+\.\d+"/);
    expect(code.includes('devDependencies')).toBe(false);
  });
});

/** The schemas of a client as JSON, as functions get them or as the package has them. */
const schemasOf = async (client: string, changes: BuildOptions): Promise<Record<string, string>> => {
  const outfile = join(outdir, `${client}-${changes.plugins ? 'package' : 'bundle'}.mjs`);
  const entry = join(root, 'node_modules/@aws-sdk', client, 'dist-es/schemas/schemas_0.js');
  const { outdir: _, ...options } = bundleOptions([], outdir);
  await build({ ...options, entryPoints: [entry], outfile, ...changes });
  const schemas = await import(pathToFileURL(outfile).href);
  return Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, JSON.stringify(schema)]));
};

it.each(['client-ec2', 'client-rds', 'client-s3', 'client-cloudfront'])(
  'keeps the schemas of %s as they are',
  async (client) => {
    const bundled = await schemasOf(client, {});
    expect(Object.keys(bundled).length).toBeGreaterThan(100);
    expect(bundled).toEqual(await schemasOf(client, { plugins: [] }));
  },
);

it('omits folders without a function', () => {
  expect(names).not.toContain('runtime');
  expect(names.length).toBeGreaterThan(0);
});

it('finds a planted package for development', () => {
  const planted = packagesIn(['../../node_modules/@cloud-copilot/iam-simulate/dist/index.js']);
  expect(planted.filter((one) => forDevelopment.has(one))).toEqual([
    'node_modules/@cloud-copilot/iam-simulate',
  ]);
});

it('gives the same bytes in another folder', () => {
  const copy = copyProject();
  try {
    execFileSync(process.execPath, ['functions/build.ts'], { cwd: copy });
    const hashOf = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex');
    const hashes = (folder: string) => names.map((name) => [name, hashOf(join(folder, name, 'index.mjs'))]);
    expect(hashes(join(copy, 'dist'))).toEqual(hashes(outdir));
  } finally {
    rmSync(join(copy, '../..'), { recursive: true, force: true });
  }
});
