import { describe, expect, it } from 'vitest';
import { connectingImports, unguardedCalls } from './external-calls.ts';
import { parseSource, sourcesUnder } from './source-tree.ts';

/** Calls without a circuit breaker, and why. */
const UNGUARDED: Readonly<Record<string, string>> = {
  'adapters/aws/clients.ts: DynamoDBClient':
    'reads and writes the states of circuit breakers, also of the one of DynamoDB',
  'adapters/platform/federation/download-metadata.ts: fetch':
    'a command of an operator makes one call in its life: a breaker could never open',
};

const withoutLine = (found: string): string => found.replace(/:\d+:/, ':');

/** Modules that connect otherwise, and why. */
const CONNECTING: Readonly<Record<string, string>> = {
  'adapters/remediation/resources/kubernetes-cluster-api.ts: node:http':
    'a cluster on this machine, in tests',
  'adapters/remediation/resources/kubernetes-cluster-api.ts: node:https':
    '`fetch` cannot trust the certificate authority of one cluster alone; the calls go through its breaker',
};

describe('calls that leave the process', () => {
  const sources = sourcesUnder('adapters', 'functions');

  it('go through a circuit breaker', () => {
    expect(sources.length).toBeGreaterThan(150);
    expect(new Set(sources.flatMap(unguardedCalls).map(withoutLine))).toEqual(
      new Set(Object.keys(UNGUARDED)),
    );
    expect(sources.flatMap(unguardedCalls)).toHaveLength(Object.keys(UNGUARDED).length);
  });

  it('are made by `fetch` or a client of the SDK, with named exceptions', () => {
    expect(new Set(sources.flatMap(connectingImports))).toEqual(new Set(Object.keys(CONNECTING)));
  });
});

describe('what is planted is found:', () => {
  const breaker = "import { callThrough } from '../../core/shared/resilience/breaker.ts';\n";
  const guard = "import { guarded } from '../aws/service-breakers.ts';\n";
  const client = "import { S3Client } from '@aws-sdk/client-s3';\n";
  const found = (text: string) => unguardedCalls(parseSource('adapters/changes/a.ts', text));

  it.each([
    `${client}export const a = new S3Client({});`,
    `${client}const guarded = (c: unknown) => c;\nguarded(new S3Client({}));`,
    `import { guarded } from './other.ts';\n${client}guarded(new S3Client({}));`,
    `${client}${guard}const c = new S3Client({});\nguarded(c);`,
    "import { S3Client as Store } from '@aws-sdk/client-s3';\nnew Store({});",
    "import * as s3 from '@aws-sdk/client-s3';\nnew s3.S3Client({});",
    "import { S3 } from '@aws-sdk/client-s3';\nnew S3({});",
    "await fetch('https://example.com');",
    "await globalThis.fetch('https://example.com');",
    `${breaker}const f = () => fetch('https://example.com');\ncallThrough(b, f);`,
    `${breaker}callThrough(b, async () => {});\nawait fetch('https://example.com');`,
    "const callThrough = (f: () => unknown) => f();\ncallThrough(() => fetch('https://example.com'));",
    "const send = fetch;\nsend('https://example.com');",
  ])('%s', (text) => {
    expect(found(text)).toHaveLength(1);
  });

  it.each([
    `${client}${guard}export const a = guarded(new S3Client({}));`,
    `${breaker}callThrough(b, async () => { const r = await fetch('https://example.com'); return r; });`,
    'class ApiClient {}\nnew ApiClient();',
    "import { GetCommand } from '@aws-sdk/lib-dynamodb';\nnew GetCommand({});",
    'const { fetch: load } = fetcher;\nfetcher.fetch(uri);',
    'const fetcher = { fetch: (uri: string) => load(uri) };',
  ])('not: %s', (text) => {
    expect(found(text)).toEqual([]);
  });

  it.each([
    "import { request } from 'node:https';",
    "const h = await import('node:http');",
    "import 'undici';",
  ])('%s', (text) => {
    expect(connectingImports(parseSource('adapters/changes/a.ts', text))).toHaveLength(1);
  });
});
