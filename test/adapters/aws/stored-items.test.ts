import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { Item } from '../../../adapters/aws/dynamodb/table.ts';
import { deflateJson } from '../../../adapters/aws/json-attributes.ts';
import { InvalidInputError, UnreadableItemError } from '../../../core/shared/errors.ts';
import { ANOMALY_BINARY_KINDS, ANOMALY_KINDS } from '../anomalies/stored-kinds.ts';
import { CHANGE_KINDS } from '../changes/stored-kinds.ts';
import { FORECAST_BINARY_KINDS, FORECAST_KINDS } from '../forecasts/stored-kinds.ts';
import { INCIDENT_KINDS } from '../incidents/stored-kinds.ts';
import { METRICS_BINARY_KINDS, METRICS_KINDS } from '../metrics/stored-kinds.ts';
import { MODEL_BINARY_KINDS, MODEL_KINDS } from '../models/stored-kinds.ts';
import { PLATFORM_KINDS } from '../platform/stored-kinds.ts';
import { REMEDIATION_KINDS } from '../remediation/stored-kinds.ts';
import { type MemoryStorage, memoryStorage } from './memory-storage.ts';
import { type BinaryKind, NOW, type StoredKind } from './stored-kind.ts';

const KINDS = [
  ...PLATFORM_KINDS,
  ...METRICS_KINDS,
  ...FORECAST_KINDS,
  ...ANOMALY_KINDS,
  ...INCIDENT_KINDS,
  ...CHANGE_KINDS,
  ...MODEL_KINDS,
  ...REMEDIATION_KINDS,
];
const BINARY_KINDS = [
  ...METRICS_BINARY_KINDS,
  ...FORECAST_BINARY_KINDS,
  ...MODEL_BINARY_KINDS,
  ...ANOMALY_BINARY_KINDS,
];

const parsed = (name: string, bytes: Uint8Array): Item =>
  JSON.parse((name.endsWith('.gz') ? gunzipSync(bytes) : Buffer.from(bytes)).toString());

const packed = (name: string, content: Item): Uint8Array => {
  const text = JSON.stringify(content);
  return name.endsWith('.gz') ? gzipSync(text) : Buffer.from(text);
};

/** Everything stored, by key. */
const contents = ({ items, objects }: MemoryStorage): (readonly [string, Item])[] => [
  ...items,
  ...[...objects].map(([name, bytes]) => [name, parsed(name, bytes)] as const),
];

/** Changes the stored item of a kind. */
const forge = (storage: MemoryStorage, { key }: StoredKind, change: (item: Item) => Item): void => {
  for (const [name, content] of contents(storage).filter(([name]) => key.test(name))) {
    if (storage.items.has(name)) storage.items.set(name, change(content));
    else storage.objects.set(name, packed(name, change(content)));
  }
};

/** A storage with the sample of a kind, changed. */
const storedWith = async (kind: StoredKind, change: (item: Item) => Item = (item) => item) => {
  const storage = memoryStorage(NOW);
  await kind.write(storage);
  forge(storage, kind, change);
  return storage;
};

/** Reads an item through the store of its kind. An item that a list skips counts as an error here. */
const readOf = async (kind: StoredKind, storage: MemoryStorage): Promise<unknown> => {
  const content = await kind.read(storage);
  if (storage.skipped.length > 0) throw storage.skipped[0];
  return content;
};

const outcomeOf = async (reading: Promise<unknown>): Promise<unknown> => {
  try {
    return await reading;
  } catch (error) {
    return error;
  }
};

/** Values that no schema accepts in place of an attribute. */
const damaged = (value: unknown): unknown[] => {
  if (value instanceof Uint8Array) return ['text', value.subarray(1), deflateJson('nonsense')];
  if (typeof value !== 'string') return [{ nonsense: true }];
  return value.startsWith('{') ? [7, '{', '"nonsense"'] : [7];
};

/** Attributes by which DynamoDB finds an item: with others, it would not be found. */
const KEYS = new Set(['pk', 'sk', 'riskPk', 'schemaVersion']);

describe.each(KINDS)('a stored item of kind "$kind"', (kind) => {
  it('is read back as it was written', async () => {
    expect(await readOf(kind, await storedWith(kind))).toEqual(kind.content);
  });

  it('is written with its schema version, and so is all that is written with it', async () => {
    const written = contents(await storedWith(kind)).filter(([name]) => !name.startsWith('TENANTS '));
    const own = written.filter(([name]) => kind.key.test(name));
    expect(own).toHaveLength(1);
    expect(own[0]?.[1].schemaVersion).toBe(kind.version);
    for (const [name, { schemaVersion }] of written)
      expect({ name, schemaVersion }).toEqual({ name, schemaVersion: expect.any(Number) });
  });

  it('is rejected if a newer release wrote it, and the error says so', async () => {
    const newer = kind.version + 1;
    const storage = await storedWith(kind, (item) => ({ ...item, schemaVersion: newer }));
    const error = await outcomeOf(readOf(kind, storage));
    expect(error).toBeInstanceOf(UnreadableItemError);
    expect(String(error)).toContain(`: ${kind.kind} `);
    expect(String(error)).toMatch(
      new RegExp(`cannot be read: it has schema version ${newer}, and this release reads versions? .*\\d$`),
    );
  });

  it('is read in every older version', async () => {
    const { older = [] } = kind;
    const versions = Array.from({ length: kind.version - 1 }, (_, index) => index + 1);
    expect(older.map(({ version }) => version)).toEqual(versions);
    for (const { version, from, content } of older) {
      const storage = await storedWith(kind, (item) => ({ ...from(item), schemaVersion: version }));
      expect(await readOf(kind, storage)).toEqual(content);
    }
  });

  it('is rejected without a version', async () => {
    const storage = await storedWith(kind, ({ schemaVersion: _, ...item }) => item);
    expect(String(await outcomeOf(readOf(kind, storage)))).toMatch(
      /cannot be read: it has no schema version$/,
    );
  });

  it('is rejected if it is damaged: no attribute is read unchecked', async () => {
    const [, sample = {}] = contents(await storedWith(kind)).find(([name]) => kind.key.test(name)) ?? [];
    let refused = 0;
    for (const [name, value] of Object.entries(sample).filter(([name]) => !KEYS.has(name)))
      for (const wrong of damaged(value)) {
        const outcome = await outcomeOf(
          readOf(kind, await storedWith(kind, (item) => ({ ...item, [name]: wrong }))),
        );
        if (outcome instanceof UnreadableItemError) refused++;
        else expect({ name, wrong, outcome }).toEqual({ name, wrong, outcome: kind.content });
      }
    expect(refused).toBeGreaterThan(0);
  });
});

describe.each(BINARY_KINDS)('stored bytes of kind "$kind"', (kind: BinaryKind) => {
  const readWith = async (bytes: Uint8Array): Promise<unknown> => {
    const storage = memoryStorage(NOW);
    await kind.write(storage, bytes);
    return kind.read(storage);
  };
  const isRefusal = (error: unknown): boolean =>
    error instanceof InvalidInputError || error instanceof UnreadableItemError;

  it('are read back as they were written', async () => {
    expect(await readWith(kind.sample)).toEqual(kind.content);
  });

  it('are rejected if a newer release wrote them, and the error says so', async () => {
    const error = await outcomeOf(readWith(kind.newer(kind.sample)));
    expect(isRefusal(error)).toBe(true);
    expect(String(error)).toMatch(/expected .* of format \d+, found \d+|unknown block version \d+/);
  });

  it.each([
    ['empty', new Uint8Array()],
    ['of something else', Buffer.from('nonsense')],
    ['cut short', kind.sample.subarray(0, kind.sample.length - 1)],
  ])('are rejected if they are %s', async (_, bytes) => {
    const outcome = await outcomeOf(readWith(bytes));
    expect({ outcome, isRefusal: isRefusal(outcome) }).toMatchObject({ isRefusal: true });
  });

  it('are rejected if the item contains something else', async () => {
    const storage = memoryStorage(NOW);
    await kind.write(storage, kind.sample);
    if (storage.items.size === 0) return;
    for (const item of storage.items.values()) item.data = 'text';
    const error = await outcomeOf(kind.read(storage));
    expect(error).toBeInstanceOf(UnreadableItemError);
    expect(String(error)).toContain(`: ${kind.kind} T#acme#web-1 `);
  });
});

/** Kinds without JSON that this release could misread. */
const WITHOUT_FORMAT = [
  ...['quota', 'use of an API key', 'entry in the list of tenants', 'raw payload'],
  // Its version has the format of its files.
  'file of a model',
];

/** The kinds that the file of each store writes, and the number of places. Extend this list with each new place. */
const WRITERS: Readonly<Record<string, { readonly places: number; readonly kinds: readonly string[] }>> = {
  'platform/api-key-adder.ts': { places: 1, kinds: ['API key'] },
  // A transaction puts one and updates another; one place updates what was put.
  'platform/api-key-store.ts': { places: 3, kinds: ['API key'] },
  'platform/key-use-recorder.ts': { places: 1, kinds: ['use of an API key'] },
  'platform/drill-reports.ts': { places: 1, kinds: ['drill report'] },
  'platform/vault-store.ts': { places: 2, kinds: ['sealed record'] },
  'platform/settings-store.ts': { places: 1, kinds: ['settings'] },
  'platform/webhook-generation-store.ts': { places: 1, kinds: ['webhook secrets'] },
  // One place puts the claim, another one the response.
  'platform/response-store.ts': { places: 2, kinds: ['response to a command'] },
  'platform/quota-ledger.ts': { places: 1, kinds: ['quota'] },
  'platform/resilience/breaker-store.ts': { places: 1, kinds: ['circuit breaker'] },
  // One place puts alone; another one puts several in a transaction.
  'metrics/block-write.ts': { places: 3, kinds: ['block'] },
  'metrics/raw-store.ts': { places: 1, kinds: ['raw payload'] },
  'metrics/target-recorder.ts': { places: 2, kinds: ['target', 'entry in the list of tenants'] },
  'forecasts/breach-store.ts': { places: 1, kinds: ['predicted breach'] },
  'forecasts/forecast-store.ts': { places: 2, kinds: ['forecast'] },
  'forecasts/intervention-store.ts': { places: 1, kinds: ['intervention'] },
  'forecasts/run-files.ts': { places: 3, kinds: ['batch', 'batch result', 'archived forecast'] },
  'forecasts/run-store.ts': { places: 3, kinds: ['forecast run', 'claim on a forecast run'] },
  'forecasts/state-files.ts': { places: 1, kinds: ['states of a batch'] },
  // One place puts, two update what was put.
  'anomalies/anomaly-store.ts': { places: 3, kinds: ['anomaly'] },
  'anomalies/ingestion-store.ts': { places: 1, kinds: ['ingestion'] },
  'anomalies/detector-files.ts': { places: 1, kinds: ['detector state'] },
  'anomalies/peer-files.ts': { places: 1, kinds: ['state of a peer group'] },
  'incidents/cause-store.ts': { places: 2, kinds: ['causes report', 'past incident'] },
  'incidents/graph-store.ts': { places: 1, kinds: ['dependency graph'] },
  // Two places put, one updates what was put.
  'incidents/incident-store.ts': { places: 3, kinds: ['incident', 'absorbed incident', 'open incidents'] },
  'models/registry-store.ts': {
    places: 1,
    kinds: [
      ...['line-up of models', 'version of a model', 'rollout of a model', 'training of a model'],
      'list of trainings',
    ],
  },
  'models/artefact-files.ts': { places: 1, kinds: ['file of a model'] },
  'models/snapshot-files.ts': { places: 2, kinds: ['series of a snapshot', 'manifest of a snapshot'] },
  'models/trusted-keys.ts': { places: 1, kinds: ['public key of models'] },
  'models/route-store.ts': { places: 1, kinds: ['routing table of models'] },
  'models/score-files.ts': { places: 2, kinds: ['scores of a batch', 'scores of a day'] },
  // One place puts with a condition on the end of the chain, which is another place.
  'remediation/remediation-store.ts': {
    places: 1,
    kinds: [
      ...['remediation', 'entry of a remediation', 'ledger', 'track record', 'remediation policy'],
      ...['kill switch', 'decision', 'entry of a decision', 'entry in the list of tenants'],
    ],
  },
  'remediation/chain-head.ts': { places: 1, kinds: ['end of a chain of decisions'] },
  'remediation/standing-alerts.ts': { places: 1, kinds: ['alert'] },
  // Of decisions, and of the diagnoses that these name.
  'aws/s3/hashed-json.ts': { places: 1, kinds: ['inputs of a decision'] },
  'remediation/anchor-store.ts': { places: 1, kinds: ['anchor of a chain of decisions'] },
  'changes/deployment-store.ts': { places: 2, kinds: ['change record', 'change', 'deployment outcome'] },
};

/** Files that write what they are given, and the number of places. */
const WRITE_FOR_OTHERS: Readonly<Record<string, number>> = {
  'aws/dynamodb/conditional-write.ts': 1,
  'aws/s3/bucket.ts': 1,
  'aws/s3/stored-json.ts': 1,
  'aws/s3/versioned-object.ts': 1,
  'platform/deployment/table-copy.ts': 3,
  // Versions of secrets: one put, and one move of a label.
  'platform/secret-versions.ts': 2,
  // Users and groups of the pool.
  ...{ 'platform/people-directory.ts': 1, 'platform/role-groups.ts': 1 },
};

const WRITE =
  /new (?!PutEvents)\w*(?:Put|Update|Write)\w*Command\(|\b(?:Put|Update|PutRequest)(?: \}|:)|\bput(?:Object|Stored)\(|\breplaceVersioned\(/g;
const writesIn = (source: string): number => [...source.matchAll(WRITE)].length;

it.each([
  'client.send(new PutCommand(input))',
  'client.send(new UpdateCommand(input))',
  'client.send(new BatchWriteCommand(input))',
  'client.send(new BatchWriteItemCommand(input))',
  'client.send(new TransactWriteCommand(input))',
  'writeTogether(table, [{ Update: change }])',
  'writeTogether(table, items.map((Put) => ({ Put })))',
  'const request = { PutRequest: { Item } };',
])('a planted write is counted: %s', (source) => {
  expect(writesIn(source)).toBe(1);
});

describe('the kinds of stored items', () => {
  const files = readdirSync('adapters', { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => [file, readFileSync(join('adapters', file), 'utf8')] as const);

  it('are all tested here, in their current version', () => {
    const declared = files.flatMap(([, source]) =>
      [...source.matchAll(/kind: '([^']+)',\s+version: (\d+)/g)].map(
        ([, kind, version]) => `${kind} ${version}`,
      ),
    );
    expect(new Set(KINDS.map(({ kind, version }) => `${kind} ${version}`))).toEqual(new Set(declared));
  });

  it('are written at the places that are listed here', () => {
    // Executors change resources of the owner, and store nothing.
    const own = files.filter(([file]) => !file.startsWith('remediation/resources/'));
    const found = own.flatMap(([file, source]) => {
      const places = writesIn(source);
      return places === 0 ? [] : [[file, places] as const];
    });
    expect(Object.fromEntries(found)).toEqual({
      ...WRITE_FOR_OTHERS,
      ...Object.fromEntries(Object.entries(WRITERS).map(([file, { places }]) => [file, places])),
    });
    const written = new Set(Object.values(WRITERS).flatMap(({ kinds }) => kinds));
    const tested = [...KINDS, ...BINARY_KINDS].map(({ kind }) => kind);
    expect(written).toEqual(new Set([...tested, ...WITHOUT_FORMAT]));
  });
});
