import { describe, expect, it } from 'vitest';
import { impurities } from './purity.ts';
import { parseSource, sourcesUnder } from './source-tree.ts';

const found = (text: string): readonly string[] => impurities(parseSource('core/metrics/x.ts', text));

describe('core is pure', () => {
  it('reads no clock, environment, network, time zone or chance', () => {
    const files = sourcesUnder('core');
    expect(files.length).toBeGreaterThan(300);
    expect(files.flatMap(impurities)).toEqual([]);
  });

  it.each([
    'const { env } = process;',
    'const now = Date();',
    'const now = new Date();',
    'const now = Date.now();',
    'const { now } = Date;',
    'const Clock = Date; new Clock();',
    'const chance = Math.random();',
    'const { random } = Math;',
    "Math['random']();",
    'process.hrtime();',
    'setTimeout(() => {}, 1);',
    "await fetch('https://example.com');",
    'globalThis.performance.now();',
    'performance.now();',
    'const globals = { fetch };',
    "import { randomUUID } from 'node:crypto';",
    "import { randomUUID as id } from 'node:crypto';",
    "import * as crypto from 'node:crypto';",
    'crypto.randomUUID();',
    'new Date(0).getHours();',
    'const url = import.meta.url;',
  ])('a planted impurity is found: %s', (text) => {
    expect(found(text)).not.toEqual([]);
  });

  it.each([
    'const at = new Date(0).toISOString();',
    'const at = Date.UTC(2026, 1);',
    'const top = Math.max(1, 2);',
    'const f = (at: Date): string => at.toISOString();',
    'interface Store { process(): void; readonly fetch: () => void }',
    'store.process();',
    'const store = { fetch: 1 };',
    "import { createHash } from 'node:crypto';",
  ])('pure: %s', (text) => {
    expect(found(text)).toEqual([]);
  });
});
