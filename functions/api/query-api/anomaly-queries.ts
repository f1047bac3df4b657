import { presentAnomaly } from '../../../core/anomalies/api/anomalies.ts';
import { presentBaseline } from '../../../core/anomalies/api/baseline.ts';
import { presentIngestion } from '../../../core/anomalies/api/ingestion.ts';
import { ANOMALIES_OPERATIONS } from '../../../core/anomalies/api/operations.ts';
import { baselineOf } from '../../../core/anomalies/baseline.ts';
import type { AnomalyStore, DetectorFiles, IngestionStore } from '../../../core/anomalies/ports.ts';
import { unpackDetectors } from '../../../core/anomalies/tracking/target-detectors.ts';
import { NotFoundError } from '../../../core/platform/api/errors.ts';
import { secondsOf } from '../../../core/platform/api/instants.ts';
import { presentPage } from '../../../core/platform/api/paging.ts';
import { InvalidInputError } from '../../../core/shared/errors.ts';
import { route } from '../../runtime/route.ts';

export interface AnomalySources {
  readonly anomalies: Pick<AnomalyStore, 'list'>;
  readonly ingestion: Pick<IngestionStore, 'get'>;
  readonly detectors: Pick<DetectorFiles, 'read'>;
}

const listAnomalies = ({ anomalies }: AnomalySources) =>
  route(ANOMALIES_OPERATIONS.listAnomalies, async ({ caller, query, receivedAt }) => {
    const { target, metric, kind, active, limit, cursor } = query;
    const [from, to] = [secondsOf(query.from), secondsOf(query.to)];
    if (from !== undefined && to !== undefined && from > to) {
      throw new InvalidInputError('from is later than to', { field: 'from' });
    }
    const filter = { from, to, targetId: target, metric, kind, isActive: active === 'true' };
    const page = await anomalies.list(caller.tenantId, filter, { limit, cursor });
    const now = Math.floor(receivedAt / 1000);
    return presentPage(page, (anomaly) => presentAnomaly(anomaly, now));
  });

const getIngestion = ({ ingestion }: AnomalySources) =>
  route(ANOMALIES_OPERATIONS.getIngestion, async ({ caller, receivedAt }) =>
    presentIngestion(await ingestion.get(caller.tenantId), Math.floor(receivedAt / 1000)),
  );

const stateOf = (bytes: Uint8Array) => {
  try {
    return unpackDetectors(bytes);
  } catch (error) {
    // A state of another version: the detector re-learns with the next data of the target.
    if (error instanceof InvalidInputError) return undefined;
    throw error;
  }
};

const getBaseline = ({ detectors }: AnomalySources) =>
  route(ANOMALIES_OPERATIONS.getBaseline, async ({ caller, query: { metric }, params: { targetId } }) => {
    const stored = await detectors.read({ tenantId: caller.tenantId, targetId });
    const series = stored && stateOf(stored.bytes)?.series.get(metric);
    if (series === undefined)
      throw new NotFoundError(`Nothing has been learned of ${targetId} ${metric} yet.`);
    return presentBaseline(targetId, metric, baselineOf(series));
  });

export const anomalyQueries = (sources: AnomalySources) => ({
  listAnomalies: listAnomalies(sources),
  getIngestion: getIngestion(sources),
  getBaseline: getBaseline(sources),
});
