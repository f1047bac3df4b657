import { PutCommand } from '@aws-sdk/lib-dynamodb';
import type { TargetRecorder } from '../../core/metrics/ports.ts';
import { LAST_SEEN_STEP_SECONDS } from '../../core/metrics/targets/last-seen.ts';
import { mergeSighting } from '../../core/metrics/targets/merge-sighting.ts';
import type { TargetSighting } from '../../core/metrics/targets/sighting.ts';
import type { Target } from '../../core/metrics/targets/target.ts';
import { DependencyUnavailableError, InvalidInputError } from '../../core/shared/errors.ts';
import { inParallel } from '../../core/shared/in-parallel.ts';
import { DAY_SECONDS } from '../../core/shared/time.ts';
import { batchGet } from '../aws/dynamodb/batch-get.ts';
import { atVersion, ifConditionHolds } from '../aws/dynamodb/conditional-write.ts';
import { tenantEntryKey } from '../aws/dynamodb/item-key.ts';
import type { DynamoTable } from '../aws/dynamodb/table.ts';
import { defaultPace, type Pace, pause } from '../aws/paced-retry.ts';
import { withSdkErrors } from '../aws/sdk-failure.ts';
import { targetItemKey } from './item-keys.ts';
import { readTargetItem, type StoredTarget, targetItem } from './target-item.ts';

export interface RecorderOptions extends DynamoTable {
  /** A target expires after the last of its points. */
  readonly retentionDays: number;
  readonly pace?: Pace;
}

const PUTS_AT_ONCE = 8;
const ATTEMPTS = 6;

/** Metrics of all targets that a container remembers: about 30 MB. */
const MAX_KNOWN_METRICS = 200_000;

/** Targets as this container last read or wrote them. A target that changed since is noticed when it is written. */
class KnownTargets {
  readonly #targets = new Map<string, StoredTarget>();
  #metrics = 0;

  get(tenantId: string, targetId: string): StoredTarget | undefined {
    return this.#targets.get(`${tenantId} ${targetId}`);
  }

  set(stored: StoredTarget): void {
    const { tenantId, targetId, metrics } = stored.target;
    this.forget(tenantId, targetId);
    this.#targets.set(`${tenantId} ${targetId}`, stored);
    this.#metrics += Object.keys(metrics).length;
    for (const { target } of this.#targets.values()) {
      if (this.#metrics <= MAX_KNOWN_METRICS) return;
      this.forget(target.tenantId, target.targetId);
    }
  }

  forget(tenantId: string, targetId: string): void {
    const known = this.get(tenantId, targetId);
    this.#targets.delete(`${tenantId} ${targetId}`);
    this.#metrics -= Object.keys(known?.target.metrics ?? {}).length;
  }
}

interface Recorder {
  readonly table: RecorderOptions;
  readonly known: KnownTargets;
}

/** Reads the targets that are not known. Fails if any of them cannot be read: it must not be overwritten. */
const readUnknown = async ({ table, known }: Recorder, tenantId: string, targetIds: readonly string[]) => {
  const unknown = targetIds.filter((targetId) => known.get(tenantId, targetId) === undefined);
  const keys = unknown.map((targetId) => targetItemKey(tenantId, targetId));
  const items = await batchGet(table, keys, table.pace ?? defaultPace);
  for (const item of items) known.set(readTargetItem(tenantId, item));
};

/** False if another writer changed the target since it was read. */
const putTarget = async ({ table, known }: Recorder, target: Target, stored: StoredTarget | undefined) => {
  const { client, tableName, retentionDays } = table;
  const version = stored?.version ?? 0;
  const next = { target, version: version + 1 };
  const Item = targetItem(next, target.lastSeen + LAST_SEEN_STEP_SECONDS + retentionDays * DAY_SECONDS);
  const put = new PutCommand({ TableName: tableName, Item, ...atVersion(version) });
  // Forgotten first: after a failure nobody knows what is stored.
  known.forget(target.tenantId, target.targetId);
  const isStored = await ifConditionHolds('storing a target', () => client.send(put));
  if (isStored) known.set(next);
  return isStored;
};

interface Round {
  /** Sightings to merge again into what another writer stored in the meantime. */
  readonly lost: TargetSighting[];
  readonly refused: string[];
}

const recordRound = async (
  recorder: Recorder,
  tenantId: string,
  sightings: readonly TargetSighting[],
): Promise<Round> => {
  await readUnknown(
    recorder,
    tenantId,
    sightings.map(({ targetId }) => targetId),
  );
  const round: Round = { lost: [], refused: [] };
  await inParallel(PUTS_AT_ONCE, sightings, async (seen) => {
    const stored = recorder.known.get(tenantId, seen.targetId);
    const { target, changed, refused } = mergeSighting(tenantId, stored?.target, seen);
    try {
      if (changed && !(await putTarget(recorder, target, stored))) round.lost.push(seen);
      else round.refused.push(...refused.map((metric) => `${seen.targetId} ${metric}`));
    } catch (error) {
      if (!(error instanceof InvalidInputError)) throw error;
      round.refused.push(`${seen.targetId} (${error.message})`);
    }
  });
  return round;
};

const record = async (
  recorder: Recorder,
  tenantId: string,
  sightings: readonly TargetSighting[],
): Promise<void> => {
  const refused: string[] = [];
  let open = sightings;
  for (let attempt = 1; open.length > 0; attempt++) {
    const round = await recordRound(recorder, tenantId, open);
    refused.push(...round.refused);
    open = round.lost;
    if (open.length > 0 && attempt === ATTEMPTS)
      throw new DependencyUnavailableError(`${open.length} targets kept changing while being recorded`);
    if (open.length > 0) await pause(recorder.table.pace ?? defaultPace, attempt);
  }
  if (refused.length > 0)
    throw new InvalidInputError(
      `${refused.length} metrics beyond the limit of their targets: ${refused.slice(0, 5).join(', ')}`,
    );
};

const putTenant = async ({ client, tableName }: DynamoTable, tenantId: string): Promise<void> => {
  const put = new PutCommand({ TableName: tableName, Item: tenantEntryKey(tenantId) });
  await withSdkErrors('storing a tenant', () => client.send(put));
};

/**
 * Records targets, and their tenant once per container. Targets of which nothing but `lastSeen` changed are written once
 * per step, and those that this container knows are not read before. If targets have more metrics than their items can hold, it
 * records everything else and then throws InvalidInputError.
 */
export const dynamoTargetRecorder = (table: RecorderOptions): TargetRecorder => {
  const listed = new Set<string>();
  const known = new KnownTargets();
  return {
    record: async (tenantId, sightings) => {
      if (sightings.length > 0 && !listed.has(tenantId)) {
        await putTenant(table, tenantId);
        listed.add(tenantId);
      }
      await record({ table, known }, tenantId, sightings);
    },
  };
};
