import { describe, expect, it } from 'vitest';
import { PRODUCT, type SourceFile, sourcesUnder } from './source-tree.ts';

/** Layer of the project that an import reaches, or the package name. */
const layerOf = (imported: string): string =>
  /^(?:[a-z]+)\//.test(imported) && !imported.startsWith('node:') ? (imported.split('/')[0] ?? '') : imported;

const violations = (layer: string, allowed: (imported: string, file: SourceFile) => boolean) =>
  sourcesUnder(layer).flatMap((file) =>
    file.imports
      .filter((imported) => !allowed(imported, file))
      .map((imported) => `${file.path} imports ${imported}`),
  );

/** True if an import reaches none of these layers or packages. */
const avoids = (...barred: readonly string[]) => {
  const set = new Set(barred);
  return (imported: string): boolean => !set.has(layerOf(imported)) && !set.has(imported);
};

/** Commands that run benches: `bench`, and `plan`, which measures this machine's speed. */
const MEASURING = /^cli\/commands\/(?:bench\/|api\/plan\.ts$)/;

/** Commands of operators, which work on the AWS account of a deployment or its settings instead of its API, and one that shows calls. */
const OPERATING = /^cli\/commands\/(?:platform\/|remediation\/(?:audit|policy-try)\.ts$)/;

const PURE_PACKAGES = new Set([
  'zod',
  'csv-parse/sync',
  '@bufbuild/protobuf/wire',
  'node:zlib',
  'node:crypto',
]);

describe('imports point inward', () => {
  it('core imports only core and small pure libraries', () => {
    expect(
      violations('core', (imported) => layerOf(imported) === 'core' || PURE_PACKAGES.has(imported)),
    ).toEqual([]);
  });

  it('adapters import core and packages', () => {
    expect(
      violations('adapters', avoids('functions', 'lib', 'cost', 'cli', 'local', 'bench', 'bin')),
    ).toEqual([]);
  });

  it('functions import adapters, core and packages', () => {
    const barred = ['lib', 'cost', 'cli', 'local', 'bench', 'bin', 'aws-cdk-lib'];
    expect(violations('functions', avoids(...barred))).toEqual([]);
  });

  it('the command line reaches the product only through core, the bench and the HTTP API, but for operators', () => {
    const allowed = avoids('lib', 'cost', 'functions', 'bin', 'local');
    const found = violations('cli', (imported, { path }) => {
      const isForOperators = layerOf(imported) === 'adapters' || imported.startsWith('lib/config/');
      const isAllowed = isForOperators ? OPERATING.test(path) : allowed(imported);
      return isAllowed && !imported.startsWith('@aws-sdk');
    });
    expect(found).toEqual([]);
  });

  it('the CDK app shares only events, operations, errors and the catalogue of actions with core', () => {
    // Roles derive from the catalogue, and the settings of a stage have a part of the policy.
    const shared =
      /^core\/(?:api\/|[a-z]+\/(?:api|events|errors)(?:\.ts|\/)|shared\/|remediation\/(?:action|policy|catalogue\/[\w-]+)\.ts)/;
    const barred = avoids('adapters', 'functions', 'cost', 'cli', 'local', 'bench');
    expect(
      violations('lib', (imported) =>
        layerOf(imported) === 'core' ? shared.test(imported) : barred(imported),
      ),
    ).toEqual([]);
  });

  it('nothing of the product imports the cost model, the local tools or the bench, but for commands that measure', () => {
    const layers = PRODUCT.filter((layer) => layer !== 'cost' && layer !== 'local');
    const found = layers.flatMap((layer) =>
      violations(layer, (imported, { path }) =>
        avoids('cost', 'local', ...(MEASURING.test(path) ? [] : ['bench']))(imported),
      ),
    );
    expect(found).toEqual([]);
  });
});

describe('schemas', () => {
  it('import zod as a namespace: `import { z }` bundles every locale', () => {
    const named = /import\s*\{[^}]*\bz\b[^}]*\}\s*from\s*'zod'/;
    const found = sourcesUnder(...PRODUCT).filter(({ text }) => named.test(text));
    expect(found.map(({ path }) => path)).toEqual([]);
  });
});
