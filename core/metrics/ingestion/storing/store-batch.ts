/**
 * Merges a batch of stored payloads into hour blocks. Every step may be repeated: merging is idempotent, quarantine
 * keys are deterministic, and targets are recorded before their blocks are written (after a crash in between, the
 * redelivered message repeats both; in the reverse order the target would never be recorded).
 */

import { DependencyUnavailableError, InvalidInputError } from '../../../shared/errors.ts';
import { inParallel } from '../../../shared/in-parallel.ts';
import type { Telemetry } from '../../../shared/telemetry.ts';
import { BlocksNotWrittenError } from '../../blocks/blocks-not-written-error.ts';
import type { BlockKey } from '../../blocks/stored-block.ts';
import type { BlockStore, TargetRecorder } from '../../ports.ts';
import type { IngestLimits } from '../decoding/limits.ts';
import type { RawStore } from '../ports.ts';
import {
  type BlockPlan,
  type MergedPlan,
  mergePlan,
  planBlocks,
  plansOf,
  sightingsOf,
} from './block-plan.ts';
import { loadPayload, type Payload, type QueuedMessage, type UnusableMessage } from './payload.ts';
import { parkPart, parkPayload } from './quarantine.ts';

export interface StoreDeps {
  readonly raw: RawStore;
  readonly blocks: BlockStore;
  readonly targets: TargetRecorder;
  readonly telemetry: Telemetry;
  readonly retentionDays: number;
  readonly limits: IngestLimits;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Waits, with jitter, before the retry that follows lost race number `attempt`. */
  readonly pause: (attempt: number) => Promise<void>;
}

/** Blocks read, merged and written together: bounds memory, and the work lost to a timeout. */
const WAVE_BLOCKS = 250;
const MAX_ATTEMPTS = 6;

/** IDs of the messages to redeliver. */
class Failures {
  readonly ids = new Set<string>();
  readonly #telemetry: Telemetry;

  constructor(telemetry: Telemetry) {
    this.#telemetry = telemetry;
  }

  message(message: QueuedMessage, reason: string, cause?: unknown): void {
    if (this.ids.has(message.id)) return;
    this.ids.add(message.id);
    this.#telemetry.error(
      'Message left for redelivery',
      { messageId: message.id, trace: message.trace, reason },
      cause,
    );
  }

  plans(plans: readonly BlockPlan[], reason: string, cause?: unknown): void {
    for (const { contributions } of plans)
      for (const { payload } of contributions) this.message(payload.message, reason, cause);
  }
}

class BatchStore {
  readonly #deps: StoreDeps;
  readonly failures: Failures;

  constructor(deps: StoreDeps) {
    this.#deps = deps;
    this.failures = new Failures(deps.telemetry);
  }

  /** Returns the payloads that can be stored; the others are parked or left for redelivery. */
  async load(messages: readonly QueuedMessage[]): Promise<Payload[]> {
    const loaded = await Promise.all(messages.map((message) => this.#loadOne(message)));
    return loaded.filter((payload) => payload !== undefined);
  }

  /** An error of any kind fails only its own message, which ends up in the dead letter queue. */
  async #loadOne(message: QueuedMessage): Promise<Payload | undefined> {
    try {
      const loaded = await loadPayload(message, this.#deps);
      if (!('error' in loaded)) return loaded;
      await this.#park(loaded);
    } catch (error) {
      this.failures.message(message, 'the payload could not be loaded', error);
    }
    return undefined;
  }

  async #park(unusable: UnusableMessage): Promise<void> {
    const { raw, telemetry, now } = this.#deps;
    const key = await parkPayload(raw, unusable, now());
    const { message, pointer, error } = unusable;
    const ids = {
      ...{ messageId: message.id, trace: message.trace },
      tenantId: pointer?.tenantId,
      requestId: pointer?.requestId,
    };
    telemetry.error('Payload quarantined', { ...ids, key, reason: error.message }, error);
    // Counted as one, because its points are unknown.
    telemetry.count('DataQuarantined');
  }

  /**
   * Stops before a wave that would probably not end by the deadline: what is stored stays, and the messages of the rest
   * are left for redelivery.
   */
  async store(plans: readonly BlockPlan[], deadline: number): Promise<void> {
    const { now, telemetry } = this.#deps;
    let slowest = 0;
    for (let from = 0; from < plans.length; from += WAVE_BLOCKS) {
      const startedAt = now();
      if (startedAt + slowest >= deadline) {
        telemetry.count('BatchesUnfinished');
        this.failures.plans(plans.slice(from), 'the time of the invocation is used up');
        return;
      }
      await this.#storeWave(plans.slice(from, from + WAVE_BLOCKS));
      slowest = Math.max(slowest, now() - startedAt);
    }
  }

  async #storeWave(wave: readonly BlockPlan[]): Promise<void> {
    let open = wave;
    for (let attempt = 1; open.length > 0; attempt++) {
      const lost = await this.#attempt(open);
      open = plansOf(open, lost);
      if (open.length === 0) return;
      this.#deps.telemetry.count('BlockRacesLost', open.length);
      if (attempt === MAX_ATTEMPTS) {
        this.failures.plans(open, `lost ${MAX_ATTEMPTS} write races for a block`);
        return;
      }
      await this.#deps.pause(attempt);
    }
  }

  /** Reads, merges, records targets and writes once; returns the blocks that another writer changed in between. */
  async #attempt(plans: readonly BlockPlan[]): Promise<readonly BlockKey[]> {
    try {
      const stored = await this.#deps.blocks.read(plans.map(({ key }) => key));
      const merged = plans.map((plan, index) => mergePlan(plan, stored[index]!));
      await this.#parkRejected(merged.flatMap(({ rejected }) => rejected));
      await this.#recordTargets(merged);
      return await this.#write(merged);
    } catch (error) {
      if (!(error instanceof DependencyUnavailableError)) return this.#isolate(plans, error);
      const notWritten = error instanceof BlocksNotWrittenError ? plansOf(plans, error.notWritten) : plans;
      this.failures.plans(notWritten, 'blocks could not be stored', error);
      return error instanceof BlocksNotWrittenError ? error.lost : [];
    }
  }

  /** Attempts each half again until the plan that cannot be stored is alone; returns the blocks that lost a race. */
  async #isolate(plans: readonly BlockPlan[], cause: unknown): Promise<readonly BlockKey[]> {
    const middle = Math.ceil(plans.length / 2);
    const halves = [plans.slice(0, middle), plans.slice(middle)];
    // One after the other: a store that refuses everything must not be asked five hundred times at once.
    if (plans.length > 1) return (await inParallel(1, halves, (half) => this.#attempt(half))).flat();
    if (cause instanceof InvalidInputError) await this.#parkPlans(plans, cause);
    else this.failures.plans(plans, 'a block could not be stored', cause);
    return [];
  }

  /** Parks the points of blocks that can never be stored; leaves the messages for redelivery if that fails, too. */
  async #parkPlans(plans: readonly BlockPlan[], error: InvalidInputError): Promise<void> {
    const rejected = plans.flatMap(({ contributions }) =>
      contributions.map((contribution) => ({ contribution, error })),
    );
    try {
      await this.#parkRejected(rejected);
    } catch (cause) {
      this.failures.plans(plans, 'points could not be parked', cause);
    }
  }

  async #parkRejected(rejected: MergedPlan['rejected']): Promise<void> {
    const { raw, telemetry } = this.#deps;
    for (const { contribution, error } of rejected) {
      const { payload, part } = contribution;
      const key = await parkPart(raw, payload, part, error);
      const { tenantId, requestId } = payload.pointer;
      const { trace } = payload.message;
      const fields = { tenantId, requestId, trace, key, reason: error.message };
      telemetry.error('Points quarantined', fields, error);
      telemetry.count(
        'DataQuarantined',
        part.series.reduce((sum, { offsets }) => sum + offsets.length, 0),
      );
    }
  }

  async #recordTargets(merged: readonly MergedPlan[]): Promise<void> {
    for (const [tenantId, sightings] of sightingsOf(merged)) {
      try {
        await this.#deps.targets.record(tenantId, sightings);
      } catch (error) {
        // Too many metrics for one target: their points are stored, but the target does not list them.
        if (!(error instanceof InvalidInputError)) throw error;
        this.#deps.telemetry.error('Metrics not registered', { tenantId, reason: error.message }, error);
        this.#deps.telemetry.count('MetricsRefused');
        this.#deps.telemetry.count('DataRefused');
      }
    }
  }

  async #write(merged: readonly MergedPlan[]): Promise<readonly BlockKey[]> {
    const writes = merged.flatMap(({ plan, stored, bytes }) =>
      bytes === undefined
        ? []
        : [{ key: plan.key, bytes, expectedVersion: stored.version, trace: traceOf(plan) }],
    );
    if (writes.length === 0) return [];
    const lost = await this.#deps.blocks.write(writes);
    this.#deps.telemetry.count('BlocksWritten', writes.length - lost.length);
    return lost;
  }
}

/** The first of its traces: a block has room for one. */
const traceOf = ({ contributions }: BlockPlan): string | undefined =>
  contributions.find(({ payload }) => payload.message.trace !== undefined)?.payload.message.trace;

const reportStored = (
  { telemetry }: StoreDeps,
  payloads: readonly Payload[],
  failed: ReadonlySet<string>,
): void => {
  for (const { message, pointer, decoded } of payloads) {
    if (failed.has(message.id)) continue;
    const { tenantId, requestId, format } = pointer;
    const fields = { tenantId, requestId, trace: message.trace, format, points: decoded.accepted };
    telemetry.info('Payload stored', fields);
    telemetry.count('PointsStored', decoded.accepted);
  }
};

/** Stores a batch until the deadline (epoch milliseconds); returns the IDs of the messages to redeliver. */
export const storeBatch = async (
  deps: StoreDeps,
  messages: readonly QueuedMessage[],
  deadline: number,
): Promise<string[]> => {
  const batch = new BatchStore(deps);
  const payloads = await batch.load(messages);
  await batch.store(planBlocks(payloads), deadline);
  reportStored(deps, payloads, batch.failures.ids);
  return [...batch.failures.ids];
};
