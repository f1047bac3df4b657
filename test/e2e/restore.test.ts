/** The drill of docs/runbook.md#restore-a-table: restore tables, lose everything in them, and copy it back. */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { BatchWriteCommand, DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { makeOperatorClients } from '../../adapters/platform/deployment/clients.ts';
import { readStageStacks } from '../../adapters/platform/deployment/stage-stacks.ts';
import { findTable } from '../../adapters/platform/deployment/table-copy.ts';
import type { IssuedApiKeyAnswer } from '../../cli/api-client/answers.ts';
import type { ApiClient } from '../../cli/api-client/api-client.ts';
import { profiledSeries, toIngestBodies } from '../../core/simulator/ingest-body.ts';
import { simulateFleet } from '../../core/simulator/simulate-fleet.ts';
import { toolEnvironment } from '../../local/emulator/environment.ts';
import { replay } from '../../local/replay/replay-fleet.ts';
import { drained, finishedRun, newTenant, stored, useSession } from './pipeline-client.ts';

/** Tables that only requests and runs write, so that nothing writes to them during the drill. */
const TABLES = ['ApiKeys', 'Settings', 'Targets', 'Blocks', 'Forecasts'] as const;
const TENANT = 'e2e-restore';

const root = join(import.meta.dirname, '..', '..');
const session = inject('session');
const folder = mkdtempSync(join(tmpdir(), 'forestall-drill-'));
const env = toolEnvironment(root, session.port);
const run = promisify(execFile);
const now = Math.floor(Date.now() / 300_000) * 300;
const fleet = simulateFleet({ seed: 11, servers: 3, days: 3, stepSeconds: 300, endAt: now });

let client: ApiClient;
let leaked: IssuedApiKeyAnswer;
let replaced: IssuedApiKeyAnswer;
let documents: DynamoDBDocumentClient;
let tables: ReadonlyMap<string, string>;

beforeAll(async () => {
  useSession(session);
  const clients = makeOperatorClients();
  documents = DynamoDBDocumentClient.from(clients.tables);
  const stage = readStageStacks(clients.stacks, 'local');
  tables = new Map(
    await Promise.all(TABLES.map(async (name) => [name, await findTable(stage, name)] as const)),
  );
  client = await newTenant(session, TENANT);
  leaked = await client.createApiKey({ name: 'leaked', scopes: ['read'] }, randomUUID());
  replaced = await client.createApiKey({ name: 'replaced', scopes: ['read'] }, randomUUID());
  const settings = await client.settings();
  await client.replaceSettings({ ...settings, thresholds: [{ metric: 'cpu_percent', above: 90 }] });
  await replay(client, toIngestBodies(profiledSeries(fleet), 20_000));
  await drained();
  await finishedRun(client, (await client.startRun('before-the-drill')).id);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A command with a stand-in for the AWS CLI that checks its parameters. */
const aws = (...words: readonly string[]) =>
  run(join(root, '.local/venv/bin/python'), [join(root, 'test/e2e/aws-command.py'), ...words], { env });

const forestall = async (...words: readonly string[]) =>
  JSON.parse(
    (
      await run('node', [join(root, 'cli/forestall.mjs'), ...words, '--stage', 'local', '--json'], {
        env,
        cwd: folder,
      })
    ).stdout,
  );

const keysIn = async (TableName: string): Promise<Record<string, unknown>[]> => {
  const keys = [];
  for await (const { Items = [] } of paginateScan({ client: documents }, { TableName }))
    keys.push(...Items.map(({ pk, sk }) => ({ pk, sk })));
  return keys;
};

const empty = async (table: string): Promise<number> => {
  const keys = await keysIn(table);
  for (let start = 0; start < keys.length; start += 25) {
    const requests = keys.slice(start, start + 25).map((Key) => ({ DeleteRequest: { Key } }));
    await documents.send(new BatchWriteCommand({ RequestItems: { [table]: requests } }));
  }
  return keys.length;
};

const all = async <Item>(items: AsyncIterable<Item>): Promise<Item[]> => {
  const found = [];
  for await (const item of items) found.push(item);
  return found;
};

/** Targets without the fields that move with the clock. */
const targetsNow = async () =>
  (await all(client.targets())).map(
    ({ lagSeconds: _lag, expectedShare: _share, state: _state, ...rest }) => rest,
  );

/** All answers of the API about the tenant: every target, every point, forecasts, breaches and runs. */
const answers = async () => {
  // The default range of a series moves with the clock.
  const from = new Date(fleet.start * 1000).toISOString();
  const targets = await targetsNow();
  const ofTarget = await Promise.all(
    targets.map(async ({ id, metrics }) => ({
      forecasts: await client.forecasts(id),
      series: await Promise.all(metrics.map(({ name }) => client.series(id, name, from))),
    })),
  );
  const [breaches, runs] = [await all(client.breaches()), await all(client.runs())];
  return {
    settings: await client.settings(),
    targets,
    ofTarget,
    breaches,
    runs,
    stored: await stored(session, TENANT),
  };
};

describe('the restore drill', () => {
  it('restores every table from its copy, and the API answers as before', async () => {
    const before = await answers();
    expect(before.targets).toHaveLength(3);
    expect(before.stored.points).toBeGreaterThan(10_000);
    expect(before.ofTarget.flatMap(({ forecasts }) => forecasts).length).toBeGreaterThan(10);

    for (const [name, table] of tables) {
      await aws(
        ...['dynamodb', 'restore-table-to-point-in-time', '--source-table-name', table],
        ...['--target-table-name', `drill-${name}`, '--use-latest-restorable-time'],
      );
      await aws('dynamodb', 'wait', 'table-exists', '--table-name', `drill-${name}`);
    }
    const lost = new Map<string, number>();
    for (const [name, table] of tables) lost.set(name, await empty(table));
    // Not by the API: without the table of keys, it refuses a key as soon as its copy in memory is a minute old.
    for (const [name, table] of tables) {
      expect({ name, lost: lost.get(name) }).not.toEqual({ name, lost: 0 });
      expect({ name, keys: await keysIn(table) }).toEqual({ name, keys: [] });
    }

    for (const name of tables.keys()) {
      const copied = await forestall('restore', name, '--from', `drill-${name}`);
      expect({ name, items: copied.written + copied.expired }).toEqual({ name, items: lost.get(name) });
    }
    expect(await answers()).toEqual(before);
  });

  it('adds only what is missing to a table that is in use', async () => {
    const table = tables.get('Targets') ?? '';
    const before = await targetsNow();
    const [key] = (await keysIn(table)).filter(({ pk }) => String(pk).includes(TENANT));
    await documents.send(
      new BatchWriteCommand({ RequestItems: { [table]: [{ DeleteRequest: { Key: key } }] } }),
    );
    await expect(forestall('restore', 'Targets', '--from', 'drill-Targets')).rejects.toThrow(
      '--only-missing',
    );
    const { written, kept } = await forestall(
      'restore',
      'Targets',
      '--from',
      'drill-Targets',
      '--only-missing',
    );
    expect([written, kept > 0]).toEqual([1, true]);
    expect(await targetsNow()).toEqual(before);
  });

  it('makes no key valid again that was revoked or replaced since', async () => {
    await client.revokeApiKey(leaked.id);
    await client.rotateApiKey(replaced.id, 0);
    const { kept } = await forestall('restore', 'ApiKeys', '--from', 'drill-ApiKeys', '--force');
    // With those of other tests.
    expect(kept).toBeGreaterThanOrEqual(2);
    const states = new Map((await all(client.apiKeys())).map(({ id, state }) => [id, state]));
    expect([states.get(leaked.id), states.get(replaced.id)]).toEqual(['revoked', 'expired']);
    for (const name of tables.keys()) await aws('dynamodb', 'delete-table', '--table-name', `drill-${name}`);
  });
});
