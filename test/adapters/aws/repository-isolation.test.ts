/**
 * Each method of each repository, called as one tenant with the ids of another in the same table and bucket: the outcome
 * is the same as without the other tenant, and nothing of the other one changes.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { dynamoSettingsStore } from '../../../adapters/platform/settings-store.ts';
import type { SettingsStore } from '../../../core/platform/settings/ports.ts';
import { NO_SETTINGS, type Settings } from '../../../core/platform/settings/settings.ts';
import { ANOMALY_REPOSITORIES } from '../anomalies/repositories.ts';
import { CHANGE_REPOSITORIES } from '../changes/repositories.ts';
import { FORECAST_REPOSITORIES } from '../forecasts/repositories.ts';
import { INCIDENT_REPOSITORIES } from '../incidents/repositories.ts';
import { METRICS_REPOSITORIES } from '../metrics/repositories.ts';
import { MODEL_REPOSITORIES } from '../models/repositories.ts';
import { PLATFORM_REPOSITORIES } from '../platform/repositories.ts';
import { REMEDIATION_REPOSITORIES } from '../remediation/repositories.ts';
import { type Repository, repository, type SharedStorage, sharedStorage } from './repository.ts';

const REPOSITORIES: readonly Repository[] = [
  ...ANOMALY_REPOSITORIES,
  ...CHANGE_REPOSITORIES,
  ...FORECAST_REPOSITORIES,
  ...INCIDENT_REPOSITORIES,
  ...METRICS_REPOSITORIES,
  ...PLATFORM_REPOSITORIES,
  ...MODEL_REPOSITORIES,
  ...REMEDIATION_REPOSITORIES,
];

const OURS = 'acme';
/** One of them has nothing in common with our name; the others start or end like it. */
const OTHERS = ['globex', 'acme2', 'acme-eu', 'my-acme'];

const outcomeOf = async (calling: Promise<unknown>): Promise<unknown> => {
  try {
    return await calling;
  } catch (error) {
    return String(error);
  }
};

/** Stores what a tenant has before it calls a method, and what the method stores if there is nothing. */
const seed = async (
  { methods }: Repository,
  open: ReturnType<Repository['open']>,
  tenantId: string,
  method: string,
) => {
  await open.prepare(tenantId);
  const before = methods.slice(0, methods.indexOf(method));
  for (const each of before.length === 0 ? [method] : before) await outcomeOf(open.call(each, tenantId));
};

const namesTenant = (key: string, tenantId: string): boolean =>
  new RegExp(`(?<![\\w-])${tenantId}(?![\\w-])`).test(key);

/** What another tenant has, by key. */
const contentOf = (storage: SharedStorage, tenantId: string): ReadonlyMap<string, unknown> =>
  new Map([...storage.content()].filter(([key]) => namesTenant(key, tenantId)));

/** What a method shows or changes of another tenant. */
const faultsOf = async (tested: Repository, method: string, theirs: string): Promise<readonly string[]> => {
  const alone = sharedStorage();
  const shared = sharedStorage();
  const open = tested.open(shared);
  await seed(tested, open, theirs, method);
  const before = contentOf(shared, theirs);
  const outcome = await outcomeOf(open.call(method, OURS));
  const expected = await outcomeOf(tested.open(alone).call(method, OURS));
  const isEqual = (a: unknown, b: unknown): boolean => {
    try {
      expect(a).toEqual(b);
      return true;
    } catch {
      return false;
    }
  };
  const ours = [...shared.content().keys()].filter((key) => !before.has(key));
  return [
    ...(isEqual(outcome, expected) ? [] : ['its outcome depends on the other tenant']),
    ...(isEqual(contentOf(shared, theirs), before) ? [] : ['it changes what the other tenant has']),
    ...(ours.every((key) => namesTenant(key, OURS)) ? [] : ['it stores something without its tenant']),
  ];
};

/** Keeps ids in memory, which only `findNew` shows. */
const UNSEEN = 'TargetFinder remember';

const CALLS = REPOSITORIES.flatMap((tested) =>
  tested.methods.map((method) => ({ name: `${tested.name} ${method}`, tested, method })),
);

describe.each(CALLS)('$name', ({ tested, method }) => {
  it.each(OTHERS)('neither sees nor changes what %s has', async (theirs) => {
    expect(await faultsOf(tested, method, theirs)).toEqual([]);
  });
});

it.each(CALLS.filter(({ name }) => name !== UNSEEN))(
  '$name sees or changes what its own tenant has',
  async ({ tested, method }) => {
    const storage = sharedStorage();
    const open = tested.open(storage);
    await open.prepare(OURS);
    for (const each of tested.methods.slice(0, tested.methods.indexOf(method))) await open.call(each, OURS);
    const before = storage.content();
    const outcome = await outcomeOf(open.call(method, OURS));
    const alone = await outcomeOf(tested.open(sharedStorage()).call(method, OURS));
    expect([outcome, storage.content()]).not.toEqual([alone, before]);
  },
);

describe('a planted repository', () => {
  const settings = { ...NO_SETTINGS, thresholds: [{ metric: 'cpu', above: 90 }] };
  const planted = (change: (sound: SettingsStore) => Partial<SettingsStore>) =>
    repository<SettingsStore>(
      'SettingsStore',
      ({ table }) => {
        const sound = dynamoSettingsStore(table);
        return { ...sound, ...change(sound) };
      },
      {
        replace: (store, tenantId) => store.replace(tenantId, settings),
        get: (store, tenantId) => store.get(tenantId),
      },
    );
  const faults = async (change: (sound: SettingsStore) => Partial<SettingsStore>) => {
    const tested = planted(change);
    return [...(await faultsOf(tested, 'replace', 'globex')), ...(await faultsOf(tested, 'get', 'globex'))];
  };

  it('is not found if it is sound', async () => {
    expect(await faults(() => ({}))).toEqual([]);
  });

  it.each<[string, (sound: SettingsStore) => Partial<SettingsStore>]>([
    ['reads what another tenant has', (sound) => ({ get: () => sound.get('globex') })],
    [
      'writes to another tenant',
      (sound) => ({
        replace: async (tenantId, next) =>
          sound.replace('globex', { ...next, version: tenantId === OURS ? 1 : 0 }),
      }),
    ],
    ['stores without a tenant', (sound) => ({ replace: (_, next) => sound.replace('all', next) })],
    [
      'keeps in memory without a tenant',
      (sound) => {
        let kept: Promise<Settings> | undefined;
        return {
          get: (tenantId) => {
            kept ??= sound.get(tenantId);
            return kept;
          },
          replace: async (tenantId, next) => {
            kept = sound.replace(tenantId, next);
            return kept;
          },
        };
      },
    ],
  ])('is found if it %s', async (_, change) => {
    expect(await faults(change)).not.toEqual([]);
  });
});

/** Ports without data of tenants, or whose data another test separates. */
const NO_REPOSITORIES: Readonly<Record<string, string>> = {
  PeopleNotifier:
    'tells the receivers of the alarms of the stage; the rule passes events of its own tenant only',
  AccessCounts: 'reads logs of the deployment',
  ApiKeyAdder: 'part of ApiKeyStore',
  ApiKeyFinder: 'part of ApiKeyStore',
  ArtefactSigner: 'derives a key of the tenant from a secret of the deployment',
  BatchScorer: 'writes through ScoreFiles',
  CandidateGate: 'gets the training that it judges',
  CopyJournal: 'operators restore tables with it',
  CopySource: 'operators restore tables with it',
  CopyTarget: 'operators restore tables with it',
  Deployment: 'operators examine a deployment with it',
  DirectoryBudget: 'draws on TenantQuotas',
  FleetSeries: 'reads through BlockStore, SettingsStore and TargetRegistry',
  ForecastBackend: 'gets the series that it forecasts',
  ForecastScorer: 'reads through RunFiles',
  IngestQueue: 'sends messages, which carry their tenant',
  KeyRings: 'secrets of the deployment',
  PairedScores: 'has no adapter yet',
  PeopleDirectory: 'test/e2e/isolation.test.ts: people are in Cognito',
  PersonVerifier: 'verifies tokens',
  RemediationStarts: 'starts executions, whose names and inputs carry the tenant',
  Resources: 'changes only resources whose tags name the tenant',
  RoleGroups: 'test/e2e/isolation.test.ts: groups are in Cognito',
  RotatedCredential: 'secrets of the deployment',
  ScoreKeeper: 'writes through ScoreFiles',
  SecretVersions: 'secrets of the deployment',
  ServingHealthReader: 'has no adapter yet',
  SignalSender: 'sends messages, which carry their tenant',
  TokenIssuer: 'a system outside',
  Trainer: 'gets the series that it learns from',
  WaitingTrainings: 'answers the token that is stored with the training of the tenant',
  WaitingWorkflows: 'answers the token that is stored with the remediation of the tenant',
  WebhookReceiver: 'a system outside',
  WorkStarter: 'starts functions, whose input carries its tenant',
};

describe('the ports', () => {
  const interfaces = readdirSync('core', { recursive: true, encoding: 'utf8' })
    .filter((file) => /(^|\/)ports\.ts$/.test(file))
    .flatMap((file) => {
      const source = readFileSync(join('core', file), 'utf8');
      return [...source.matchAll(/^export interface (\w+)[^{]*\{\n([\s\S]*?)^\}/gm)];
    });

  it('with methods are all called here, or are excepted with a reason', () => {
    const withMethods = interfaces
      .filter(([, , body = '']) => /^ {2}\w+\(/m.test(body))
      .map(([, name]) => name);
    const tested = REPOSITORIES.map(({ name }) => name.split(',')[0]);
    expect(withMethods.length).toBeGreaterThan(30);
    expect(new Set([...tested, ...Object.keys(NO_REPOSITORIES)])).toEqual(new Set(withMethods));
  });
});
