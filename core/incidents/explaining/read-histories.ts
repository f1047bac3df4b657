import type { BlockStore, TargetRegistry } from '../../metrics/ports.ts';
import { readHistory } from '../../metrics/reporting/read-history.ts';
import { readMetric } from '../../metrics/targets/read-metric.ts';
import type { Settings } from '../../platform/settings/settings.ts';
import { InvalidInputError } from '../../shared/errors.ts';
import type { Telemetry } from '../../shared/telemetry.ts';
import { DAY_SECONDS, HOUR_SECONDS, hourOf } from '../../shared/time.ts';
import type { Incident } from '../incident.ts';
import type { TargetHistory } from './node-metrics.ts';

export interface HistoryDeps {
  readonly registry: Pick<TargetRegistry, 'get'>;
  readonly blocks: Pick<BlockStore, 'readRange'>;
  readonly telemetry: Telemetry;
}

/** Covers the window, a day of normal operation before it, and a few hours for coarse intervals. */
const BEFORE_SECONDS = 30 * HOUR_SECONDS;
const AFTER_SECONDS = DAY_SECONDS;

/**
 * A target's histories around an incident, with at most one point a minute, which is the shortest interval that a diagnosis
 * compares. Undefined if the target is not registered, or if a block is damaged. `now` is in epoch seconds.
 */
export const readHistories = async (
  { registry, blocks, telemetry }: HistoryDeps,
  { incident, settings, now }: { incident: Incident; settings: Settings; now: number },
  targetId: string,
): Promise<TargetHistory | undefined> => {
  const { tenantId, startedAt } = incident;
  const target = await registry.get(tenantId, targetId);
  if (target === undefined) return undefined;
  const fromHour = hourOf(startedAt - BEFORE_SECONDS);
  const toHour = hourOf(Math.min(now, startedAt + AFTER_SECONDS)) + 1;
  const thinAs = (metric: string) => readMetric(target, metric, settings).kind;
  try {
    const histories = await readHistory(blocks, { tenantId, targetId, fromHour, toHour }, { thinAs });
    return { target, settings, histories };
  } catch (cause) {
    if (!(cause instanceof InvalidInputError)) throw cause;
    telemetry.error('a damaged block is omitted from a diagnosis', { tenantId, targetId }, cause);
    return undefined;
  }
};
