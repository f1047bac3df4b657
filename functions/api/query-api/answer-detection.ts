import { baselineOf } from '../../../core/anomalies/baseline.ts';
import type { AnomalyStore, DetectorStateStore } from '../../../core/anomalies/ports.ts';
import { unpackDetectors } from '../../../core/anomalies/tracking/target-detectors.ts';
import { READ_OPERATIONS } from '../../../core/api/operations.ts';
import { presentAnomaly, presentBaseline } from '../../../core/api/present.ts';
import type { SettingsStore } from '../../../core/platform/settings/ports.ts';
import { InvalidInputError } from '../../../core/shared/errors.ts';
import { parseInstant } from '../../../core/shared/instant.ts';
import { NotFoundError } from '../../runtime/problem-of-error.ts';
import { type Answer, presentPage, validated } from './validated.ts';

/** What the operations on anomalies read from. */
export interface DetectionSources {
  readonly anomalies: Pick<AnomalyStore, 'list'>;
  readonly detectors: Pick<DetectorStateStore, 'get'>;
  readonly settings: Pick<SettingsStore, 'get'>;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

const instantOf = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : parseInstant(text);

const listAnomalies = ({ anomalies, now }: DetectionSources): Answer =>
  validated(READ_OPERATIONS.listAnomalies, async (tenantId, query) => {
    const { from, to, target, metric, kind, active, limit, cursor } = query;
    const range = { from: instantOf(from), to: instantOf(to) };
    if (range.from !== undefined && range.to !== undefined && range.from > range.to) {
      throw new InvalidInputError('from lies after to', { field: 'from' });
    }
    const filter = { ...range, targetId: target, metric, kind, isActive: active === 'true' };
    const page = await anomalies.list(tenantId, filter, { limit, cursor });
    const at = Math.floor(now() / 1000);
    return presentPage(page, (found) => presentAnomaly(found, at));
  });

const watchOf = (bytes: Uint8Array) => {
  try {
    return unpackDetectors(bytes);
  } catch (error) {
    // Of another version: it is learned anew with the target's next data.
    if (error instanceof InvalidInputError) return undefined;
    throw error;
  }
};

const getBaseline = ({ detectors }: DetectionSources): Answer =>
  validated(READ_OPERATIONS.getBaseline, async (tenantId, { metric }, { targetId }) => {
    const stored = await detectors.get(tenantId, targetId);
    const series = stored && watchOf(stored.bytes)?.series.get(metric);
    if (series === undefined)
      throw new NotFoundError(`Nothing has been learned of ${targetId} ${metric} yet.`);
    return presentBaseline(targetId, metric, baselineOf(series));
  });

const getSettings = ({ settings }: DetectionSources): Answer =>
  validated(READ_OPERATIONS.getSettings, async (tenantId) => ({ ...(await settings.get(tenantId)) }));

/** The answers to read operations on anomalies, baselines and settings. */
export const answerDetection = (sources: DetectionSources) => ({
  listAnomalies: listAnomalies(sources),
  getBaseline: getBaseline(sources),
  getSettings: getSettings(sources),
});
