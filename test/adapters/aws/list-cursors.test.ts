/** A cursor that a list returned to one tenant is accepted from this tenant, and refused from any other. */
import { describe, expect, it } from 'vitest';
import { dynamoAnomalyStore } from '../../../adapters/anomalies/anomaly-store.ts';
import { dynamoDeploymentStore } from '../../../adapters/changes/deployment-store.ts';
import { dynamoBreachStore } from '../../../adapters/forecasts/breach-store.ts';
import { dynamoRunStore } from '../../../adapters/forecasts/run-store.ts';
import { dynamoIncidentStore } from '../../../adapters/incidents/incident-store.ts';
import { dynamoTargetRegistry } from '../../../adapters/metrics/target-registry.ts';
import { dynamoModelStore } from '../../../adapters/models/registry-store.ts';
import { dynamoApiKeyStore } from '../../../adapters/platform/api-key-store.ts';
import { dynamoBreakerLister } from '../../../adapters/platform/resilience/breaker-list.ts';
import { dynamoDecisionStore } from '../../../adapters/remediation/decision-store.ts';
import { dynamoRemediationStore } from '../../../adapters/remediation/remediation-store.ts';
import type { Page, PageRequest } from '../../../core/shared/page.ts';
import { ANOMALY_REPOSITORIES } from '../anomalies/repositories.ts';
import { CHANGE_REPOSITORIES } from '../changes/repositories.ts';
import { FORECAST_REPOSITORIES } from '../forecasts/repositories.ts';
import { INCIDENT_REPOSITORIES } from '../incidents/repositories.ts';
import { METRICS_REPOSITORIES } from '../metrics/repositories.ts';
import { MODEL_REPOSITORIES } from '../models/repositories.ts';
import { PLATFORM_REPOSITORIES } from '../platform/repositories.ts';
import { REMEDIATION_REPOSITORIES } from '../remediation/repositories.ts';
import { type Repository, type SharedStorage, sharedStorage } from './repository.ts';

/** Repositories with lists by page. */
const LISTED: readonly Repository[] = [
  ...[...ANOMALY_REPOSITORIES, ...CHANGE_REPOSITORIES, ...FORECAST_REPOSITORIES],
  ...[...INCIDENT_REPOSITORIES, ...METRICS_REPOSITORIES, ...PLATFORM_REPOSITORIES],
  // The list of anchors has no pages.
  ...MODEL_REPOSITORIES,
  ...REMEDIATION_REPOSITORIES.filter(({ name }) => name !== 'AnchorHistory'),
].filter(({ methods }) => methods.includes('list'));

type List = (storage: SharedStorage, tenantId: string, page: PageRequest) => Promise<Page<unknown>>;

const LISTS: Readonly<Record<string, List>> = {
  AnomalyStore: ({ table }, tenantId, page) => dynamoAnomalyStore(table).list(tenantId, {}, page),
  ApiKeyStore: ({ table }, tenantId, page) => dynamoApiKeyStore(table).list(tenantId, page),
  BreakerLister: ({ table }, tenantId, page) => dynamoBreakerLister(table).list(tenantId, page),
  BreachStore: ({ table }, tenantId, page) => dynamoBreachStore(table).list(tenantId, {}, page),
  DeploymentStore: ({ table }, tenantId, page) => dynamoDeploymentStore(table).list(tenantId, page),
  DecisionStore: ({ table }, tenantId, page) => dynamoDecisionStore(table).list(tenantId, page),
  IncidentStore: ({ table }, tenantId, page) => dynamoIncidentStore(table).list(tenantId, page),
  ModelStore: ({ table }, tenantId, page) =>
    dynamoModelStore(table).list({ tenantId, kind: 'fleet-trees' }, page),
  RemediationStore: ({ table }, tenantId, page) => dynamoRemediationStore(table).list(tenantId, page),
  RunStore: ({ table }, tenantId, page) => dynamoRunStore(table).list(tenantId, page),
  TargetRegistry: ({ table }, tenantId, page) => dynamoTargetRegistry(table).list(tenantId, page),
};

const [OURS, THEIRS] = ['acme', 'acme2'];

/** A storage in which both tenants have several items of a repository under the same ids. */
const filled = async ({ methods, open }: Repository): Promise<SharedStorage> => {
  const storage = sharedStorage();
  const opened = open(storage);
  for (const tenantId of [OURS, THEIRS]) {
    await opened.prepare(tenantId);
    for (const method of methods.slice(0, methods.indexOf('list'))) await opened.call(method, tenantId);
  }
  return storage;
};

const REFUSED = { name: 'InvalidInputError', field: 'cursor' };

it('all lists are tested', () => {
  expect(new Set(Object.keys(LISTS))).toEqual(new Set(LISTED.map(({ name }) => name)));
});

describe.each(LISTED.map((tested) => [tested.name, tested] as const))('a cursor of %s', (name, tested) => {
  const list: List = LISTS[name] ?? (() => Promise.reject(new Error(`no list of ${name}`)));

  it('continues the list of its tenant', async () => {
    const storage = await filled(tested);
    const first = await list(storage, OURS, { limit: 1 });
    expect(first.nextCursor).toEqual(expect.any(String));
    const second = await list(storage, OURS, { limit: 1, cursor: first.nextCursor });
    expect(second.items).toHaveLength(1);
    expect(second.items).not.toEqual(first.items);
  });

  it('is refused from another tenant that has the same items', async () => {
    const storage = await filled(tested);
    const { nextCursor: cursor } = await list(storage, THEIRS, { limit: 1 });
    expect(cursor).toEqual(expect.any(String));
    await expect(list(storage, OURS, { limit: 1, cursor })).rejects.toMatchObject(REFUSED);
  });

  it.each(Object.entries(LISTS).filter(([other]) => other !== name))('is refused by %s', async (_, other) => {
    const storage = await filled(tested);
    const { nextCursor: cursor } = await list(storage, OURS, { limit: 1 });
    await expect(other(storage, OURS, { limit: 1, cursor })).rejects.toMatchObject(REFUSED);
  });
});
