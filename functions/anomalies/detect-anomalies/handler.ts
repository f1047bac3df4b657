import type { DynamoDBBatchResponse } from 'aws-lambda';
import * as z from 'zod';
import { type FollowDeps, followTarget } from '../../../core/anomalies/watching/follow-target.ts';
import type { StoredBlock } from '../../../core/metrics/ports.ts';
import { InvalidInputError } from '../../../core/shared/errors.ts';
import { inParallel } from '../../../core/shared/in-parallel.ts';
import { hotKeys } from '../../../core/shared/keys.ts';

/** What of a stream record is read; records of other items have other images. */
const StreamEvent = z.object({
  Records: z.array(
    z.object({
      eventName: z.string(),
      dynamodb: z.object({
        SequenceNumber: z.string().min(1),
        Keys: z.object({ pk: z.object({ S: z.string() }), sk: z.object({ S: z.string() }) }),
        NewImage: z.unknown(),
      }),
    }),
  ),
});
type StreamRecord = z.infer<typeof StreamEvent>['Records'][number];

const BlockImage = z.object({
  data: z.object({ B: z.base64() }),
  v: z.object({ N: z.string().regex(/^\d+$/) }),
});

interface ChangedBlock {
  readonly sequence: string;
  readonly image: StoredBlock;
}

/** Targets followed at once: their reads overlap, the arithmetic does not. */
const TARGETS_AT_ONCE = 8;

/** Whether a record brings a block: not another item, and not one that expired. */
const isBlock = ({ eventName, dynamodb }: StreamRecord): boolean =>
  eventName !== 'REMOVE' && dynamodb.Keys.sk.S.startsWith(hotKeys.blocks);

/** The block that a record brings; undefined for one that can never be read. */
const blockOf = ({ dynamodb }: StreamRecord): ChangedBlock | undefined => {
  const owner = hotKeys.ownerOf(dynamodb.Keys.pk.S);
  const hour = hotKeys.hourOfBlock(dynamodb.Keys.sk.S);
  const parsed = BlockImage.safeParse(dynamodb.NewImage);
  if (owner === undefined || Number.isNaN(hour) || !parsed.success) return undefined;
  const { data, v } = parsed.data;
  const image = { key: { ...owner, hour }, bytes: Buffer.from(data.B, 'base64'), version: Number(v.N) };
  return { sequence: dynamodb.SequenceNumber, image };
};

const byTarget = (changed: readonly ChangedBlock[]): readonly (readonly ChangedBlock[])[] => {
  const groups = new Map<string, ChangedBlock[]>();
  for (const block of changed) {
    const { tenantId, targetId } = block.image.key;
    const pk = hotKeys.target(tenantId, targetId);
    groups.set(pk, [...(groups.get(pk) ?? []), block]);
  }
  return [...groups.values()];
};

/** Follows one target; returns the sequence numbers to deliver again. A damaged block never gets better. */
const follow = async (deps: FollowDeps, blocks: readonly ChangedBlock[]): Promise<readonly string[]> => {
  const [first] = blocks;
  if (first === undefined) return [];
  const { tenantId, targetId } = first.image.key;
  try {
    await followTarget(
      deps,
      { tenantId, targetId },
      blocks.map(({ image }) => image),
    );
    return [];
  } catch (error) {
    const isHopeless = error instanceof InvalidInputError;
    deps.telemetry.count(isHopeless ? 'BlockUnusable' : 'DetectionFailed');
    const decision = isHopeless ? 'given up' : 'left for redelivery';
    deps.telemetry.error('a target could not be watched', { tenantId, targetId, decision }, error);
    return isHopeless ? [] : blocks.map(({ sequence }) => sequence);
  }
};

/**
 * Looks for anomalies in changed hour blocks, target by target; records of targets that failed are reported, and
 * delivered again from the first of them on.
 */
export const makeHandler =
  (deps: FollowDeps) =>
  async (event: unknown): Promise<DynamoDBBatchResponse> => {
    const parsed = StreamEvent.safeParse(event);
    if (!parsed.success) throw new InvalidInputError(`no stream event: ${z.prettifyError(parsed.error)}`);
    const records = parsed.data.Records.filter(isBlock);
    const changed = records.map(blockOf).filter((block) => block !== undefined);
    if (changed.length < records.length) {
      deps.telemetry.count('BlockUnusable', records.length - changed.length);
      deps.telemetry.error('records without a block', { records: records.length - changed.length });
    }
    const failed = await inParallel(TARGETS_AT_ONCE, byTarget(changed), (blocks) => follow(deps, blocks));
    return { batchItemFailures: failed.flat().map((itemIdentifier) => ({ itemIdentifier })) };
  };
