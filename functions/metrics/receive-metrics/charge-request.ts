/** Units that a request draws from the quotas of its tenant. */
import type { Decoded } from '../../../core/metrics/ingestion/decode.ts';
import type { IngestPointer } from '../../../core/metrics/ingestion/ingest-pointer.ts';
import type { TargetFinder } from '../../../core/metrics/ports.ts';
import type { TenantQuotas } from '../../../core/platform/access/ports.ts';
import type { ProblemError } from '../../../core/platform/api/errors.ts';
import type { QuotaName } from '../../../core/platform/api/quotas.ts';
import { DependencyUnavailableError } from '../../../core/shared/errors.ts';
import type { Telemetry } from '../../../core/shared/telemetry.ts';
import { overQuota } from '../../runtime/over-quota.ts';

export interface ChargeDeps {
  readonly quotas: TenantQuotas;
  readonly targets: TargetFinder;
  readonly telemetry: Telemetry;
}

const QUOTA = 'pointsPerMinute';
const NEW_TARGETS = 'newTargetsPerDay';

/** A body that is refused, or over the quota, costs a point for this many of its bytes: reading it was work. */
const BYTES_PER_POINT = 1_000;

/** A request costs at least this many points for each hour of a target that it touches. */
export const POINTS_PER_BLOCK = 10;

/** Bytes that had to be read, at most those of the decompressed body. */
export interface Cost {
  bytes: number;
}

/** Charges a request that is refused. If that fails, it is refused all the same. */
export const charge = async (
  { quotas, telemetry }: ChargeDeps,
  { tenantId, receivedAt }: IngestPointer,
  { bytes }: Cost,
) => {
  try {
    await quotas.charge(tenantId, QUOTA, Math.ceil(bytes / BYTES_PER_POINT) || 1, receivedAt);
  } catch (error) {
    telemetry.error('cannot charge a refused request', { tenantId }, error);
  }
};

const sentPoints = ({ accepted, duplicates, missing, rejected, unsupported }: Decoded): number =>
  accepted + duplicates + missing + rejected.count + unsupported;

interface Read {
  readonly decoded: Decoded;
  /** Hours of targets that it touches. */
  readonly blocks: number;
}

/** Points that a request draws: storing a block is as much work as storing some points. */
const unitsOf = ({ decoded, blocks }: Read): number =>
  Math.max(sentPoints(decoded), blocks * POINTS_PER_BLOCK);

/** Logs and counts a refusal, and returns the problem to answer with. */
export const refuse = (
  { telemetry }: ChargeDeps,
  { tenantId, requestId, format, receivedAt }: IngestPointer,
  quota: QuotaName,
): ProblemError => overQuota(telemetry, { tenantId, quota, receivedAt }, { requestId, format });

/** Costs nothing. @throws ProblemError if this process knows that the points of this minute are used up */
export const refuseIfSpent = (deps: ChargeDeps, pointer: IngestPointer): void => {
  if (deps.quotas.isSpent(pointer.tenantId, QUOTA, pointer.receivedAt)) throw refuse(deps, pointer, QUOTA);
};

/** @throws ProblemError once the points of this minute are used up */
export const takeQuota = async (deps: ChargeDeps, pointer: IngestPointer, read: Read, cost: Cost) => {
  const { tenantId, receivedAt } = pointer;
  if (await deps.quotas.take(tenantId, QUOTA, unitsOf(read), receivedAt)) return;
  await charge(deps, pointer, cost);
  throw refuse(deps, pointer, QUOTA);
};

/** If the table of targets is unavailable, all targets count as known: their points are accepted and stored later. */
const findNew = async (
  { targets, telemetry }: ChargeDeps,
  tenantId: string,
  targetIds: readonly string[],
) => {
  try {
    return await targets.findNew(tenantId, targetIds);
  } catch (error) {
    if (!(error instanceof DependencyUnavailableError)) throw error;
    telemetry.error('a quota is not checked', { tenantId, quota: NEW_TARGETS }, error);
    telemetry.count('QuotasUnchecked');
    return [];
  }
};

/**
 * The targets of a request that are new while the new targets of the day are used up: the others are accepted. A target
 * draws one unit of the day, however often it is sent before it is stored.
 */
export const refuseNewTargets = async (deps: ChargeDeps, pointer: IngestPointer, { series }: Decoded) => {
  const { tenantId, receivedAt } = pointer;
  const targetIds = [...new Set(series.map(({ targetId }) => targetId))];
  const found = await findNew(deps, tenantId, targetIds);
  if (found.length === 0) return [];
  const refused = await deps.quotas.takeEach(tenantId, NEW_TARGETS, found, receivedAt);
  const isRefused = new Set(refused);
  deps.targets.remember(
    tenantId,
    found.filter((targetId) => !isRefused.has(targetId)),
  );
  if (refused.length > 0 && refused.length < targetIds.length) refuse(deps, pointer, NEW_TARGETS);
  return refused;
};
