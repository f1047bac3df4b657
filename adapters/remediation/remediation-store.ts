import { append, headAfter } from '../../core/remediation/audit/decision-chain.ts';
import type { ChainHead, Decision } from '../../core/remediation/decision.ts';
import { EMPTY_LEDGER, type Ledger } from '../../core/remediation/ledger.ts';
import type { RemediationState, RemediationStore, RemediationWrite } from '../../core/remediation/ports.ts';
import type { Remediation } from '../../core/remediation/remediation.ts';
import { NO_RECORD } from '../../core/remediation/track-record.ts';
import type { Page, PageRequest } from '../../core/shared/page.ts';
import { readListed, type SkipTelemetry } from '../../core/shared/stored-format.ts';
import type { Versioned } from '../../core/shared/versioned.ts';
import { batchGet } from '../aws/dynamodb/batch-get.ts';
import { atVersion, writeTogether } from '../aws/dynamodb/conditional-write.ts';
import { getItem } from '../aws/dynamodb/get-item.ts';
import { type ItemKey, tenantEntryKey } from '../aws/dynamodb/item-key.ts';
import { readItems } from '../aws/dynamodb/stored-item.ts';
import type { DynamoTable, Item } from '../aws/dynamodb/table.ts';
import { type Clock, listUnder, notExpired } from '../aws/dynamodb/tenant-queries.ts';
import { nextItem, readVersioned, type VersionedFormat } from '../aws/dynamodb/versioned-item.ts';
import { defaultPace, type Pace } from '../aws/paced-retry.ts';
import { headPut, readHead } from './chain-head.ts';
import { decisionItems } from './decision-item.ts';
import { killSwitchKey, ledgerKey, policyKey, remediationKey, startSks, trackKey } from './item-keys.ts';
import {
  expiryOf,
  KILL_SWITCH,
  LEDGER,
  POLICY,
  REMEDIATION,
  START,
  startItem,
  TRACK,
} from './remediation-item.ts';

export interface RemediationStoreOptions extends DynamoTable, Clock {
  /** Counts and logs remediations that the list skips because they cannot be read. */
  readonly telemetry: SkipTelemetry;
  readonly pace?: Pace;
}

const findBy = (items: readonly Item[], { sk }: ItemKey): Item | undefined =>
  items.find((item) => item.sk === sk);

const found = <Content>(format: VersionedFormat<Content>, item: Item | undefined) =>
  item === undefined ? undefined : readVersioned(format, item);

/**
 * The end of the chain is read before everything else: each change of the rest appends a decision. A write after this
 * end is then refused if anything changed since.
 */
const state = async (options: RemediationStoreOptions, tenantId: string): Promise<RemediationState> => {
  const head = await readHead(options, tenantId);
  const [policy, killSwitch, track] = [policyKey(tenantId), killSwitchKey(tenantId), trackKey(tenantId)];
  const items = await batchGet(options, [policy, killSwitch, track], options.pace ?? defaultPace);
  const absent = { item: undefined, revision: 0 };
  return {
    policy: found(POLICY, findBy(items, policy)) ?? absent,
    killSwitch: found(KILL_SWITCH, findBy(items, killSwitch)) ?? absent,
    track: found(TRACK, findBy(items, track)) ?? { item: NO_RECORD, revision: 0 },
    head,
  };
};

const get = async (
  options: RemediationStoreOptions,
  tenantId: string,
  remediationId: string,
): Promise<Versioned<Remediation> | undefined> => {
  const key = remediationKey(tenantId, remediationId);
  return found(REMEDIATION, await getItem(options, key, 'reading a remediation'));
};

const ledger = async (
  options: RemediationStoreOptions,
  tenantId: string,
  environment: string,
): Promise<Versioned<Ledger>> => {
  const key = ledgerKey(tenantId, environment);
  const stored = found(LEDGER, await getItem(options, key, 'reading a ledger'));
  return stored ?? { item: EMPTY_LEDGER, revision: 0 };
};

interface ConditionalPut {
  readonly Item: Item;
  /** The item must still have it; undefined: no condition. */
  readonly revision?: number;
}

const remediationPuts = (tenantId: string, given: Versioned<Remediation>): readonly ConditionalPut[] => {
  const { item, revision } = given;
  const key = remediationKey(tenantId, item.remediationId);
  const whole = {
    ...nextItem(REMEDIATION, key, given),
    // Shown in the console without unpacking the rest.
    status: item.status,
    ...expiryOf(item),
  };
  const entries = revision === 0 ? [{ Item: startItem(tenantId, item) }] : [];
  return [{ Item: whole, revision }, ...entries];
};

const versionedPuts = (write: RemediationWrite): readonly ConditionalPut[] => {
  const { tenantId, remediation, ledger: book, track, policy, killSwitch } = write;
  const at = ({ revision }: Versioned<unknown>) => ({ revision });
  return [
    ...(remediation ? remediationPuts(tenantId, remediation) : []),
    ...(book ? [{ Item: nextItem(LEDGER, ledgerKey(tenantId, book.environment), book), ...at(book) }] : []),
    ...(track ? [{ Item: nextItem(TRACK, trackKey(tenantId), track), ...at(track) }] : []),
    ...(policy ? [{ Item: nextItem(POLICY, policyKey(tenantId), policy), ...at(policy) }] : []),
    ...(killSwitch
      ? [{ Item: nextItem(KILL_SWITCH, killSwitchKey(tenantId), killSwitch), ...at(killSwitch) }]
      : []),
  ];
};

/** The tenant's entry in the list of tenants, written with the first decision. */
const tenantPuts = (tenantId: string, { sequence }: ChainHead): readonly ConditionalPut[] =>
  sequence === 0 ? [{ Item: { ...tenantEntryKey(tenantId) } }] : [];

const commit = async (
  options: RemediationStoreOptions,
  write: RemediationWrite,
): Promise<readonly Decision[] | undefined> => {
  const { tenantId, head } = write;
  const TableName = options.tableName;
  const decisions = append(tenantId, head, write.decisions);
  const puts = [
    ...versionedPuts(write),
    ...decisions.flatMap(decisionItems).map((Item) => ({ Item, revision: 0 })),
    ...tenantPuts(tenantId, head),
  ].map(({ Item, revision }: ConditionalPut) => ({
    Put: { TableName, Item, ...(revision === undefined ? {} : atVersion(revision)) },
  }));
  const all = [headPut(TableName, tenantId, head, headAfter(head, decisions)), ...puts];
  return (await writeTogether(options, 'storing a step of a remediation', all)) === 'written'
    ? decisions
    : undefined;
};

const list = async (
  options: RemediationStoreOptions,
  tenantId: string,
  page: PageRequest,
): Promise<Page<Remediation>> => {
  const { items, nextCursor } = await listUnder(options, tenantId, {
    ...{ scope: `remediations:${tenantId}`, prefix: startSks.first, page, order: 'newest first' },
    ...{ filter: notExpired(options), doing: 'listing remediations' },
  });
  const keys = readItems(START, items, options.telemetry).map(({ remediationId }) =>
    remediationKey(tenantId, remediationId),
  );
  const stored = await batchGet(options, keys, options.pace ?? defaultPace);
  const inOrder = keys.map((key) => findBy(stored, key)).filter((item) => item !== undefined);
  const read = (item: Item): Remediation => readVersioned(REMEDIATION, item).item;
  return { items: readListed(inOrder, read, options.telemetry), nextCursor };
};

/** Remediations and what their decisions depend on; each step is one transaction, which appends its decisions. */
export const dynamoRemediationStore = (options: RemediationStoreOptions): RemediationStore => ({
  state: (tenantId) => state(options, tenantId),
  get: (tenantId, remediationId) => get(options, tenantId, remediationId),
  ledger: (tenantId, environment) => ledger(options, tenantId, environment),
  commit: (write) => commit(options, write),
  list: (tenantId, page) => list(options, tenantId, page),
});
