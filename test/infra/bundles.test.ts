import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildFunctions, folderOf, listFunctions } from '../../functions/build.ts';

const names = listFunctions();
let outdir = '';

beforeAll(async () => {
  outdir = mkdtempSync(join(tmpdir(), 'forestall-bundles-'));
  await buildFunctions(outdir);
});
afterAll(() => rmSync(outdir, { recursive: true, force: true }));

const bundleOf = (name: string): string => join(outdir, name, 'index.mjs');

describe.each(names)('the bundle of %s', (name) => {
  it('stays under 1 MB', () => {
    expect(statSync(bundleOf(name)).size).toBeLessThan(1024 * 1024);
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

  it('takes http from the built-ins instead of importing it, which loads undici', () => {
    expect(readFileSync(bundleOf(name), 'utf8')).not.toMatch(/from"(node:)?https?"/);
  });

  it('takes credentials from the environment, without the clients of any other way', () => {
    const map = JSON.parse(readFileSync(`${bundleOf(name)}.map`, 'utf8'));
    const sources: string = map.sources.join();
    expect(sources).toContain('@aws-sdk/credential-provider-env/');
    expect(sources).not.toMatch(/@aws-sdk\/(nested-clients|credential-provider-(?!env))/);
  });

  it('holds versions of the SDK, not the rest of its package files', () => {
    const code = readFileSync(bundleOf(name), 'utf8');
    expect(code).toMatch(/version:"3\.\d+\.\d+"/);
    expect(code.includes('devDependencies')).toBe(false);
  });
});

it('omits folders without a function', () => {
  expect(names).not.toContain('runtime');
  expect(names.length).toBeGreaterThan(0);
});
