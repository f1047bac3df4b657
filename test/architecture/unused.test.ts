import { describe, expect, it } from 'vitest';
import { PRODUCT, parseSource, sourcesUnder } from './source-tree.ts';
import { unusedExports, unusedMethods } from './unused.ts';

const product = sourcesUnder(...PRODUCT, 'release');

describe('the product uses', () => {
  it('every export: one for a bench or a test alone is not part of it', () => {
    expect(unusedExports(product)).toEqual([]);
  });

  it('every method of its classes', () => {
    expect(unusedMethods(product)).toEqual([]);
  });
});

describe('what is planted is found:', () => {
  const part = parseSource('core/metrics/x.ts', 'export const used = 1;\nexport const unused = 2;');

  it('an unused export', () => {
    const user = parseSource('core/metrics/y.ts', "import { used } from './x.ts';\nconst own = used;");
    expect(unusedExports([part, user])).toEqual(['core/metrics/x.ts: unused']);
  });

  it.each([
    "import * as all from './x.ts';",
    "const all = await import('./x.ts');",
    "export * from './x.ts';",
  ])('none if a file takes all: %s', (text) => {
    expect(unusedExports([part, parseSource('core/metrics/y.ts', text)])).toEqual([]);
  });

  it('an unused method and getter', () => {
    const source = 'class A { constructor() {} go() {} get size() {} read() {} }\nnew A().read();\n';
    expect(unusedMethods([parseSource('core/metrics/x.ts', source)])).toEqual([
      'core/metrics/x.ts: go',
      'core/metrics/x.ts: size',
    ]);
  });
});
