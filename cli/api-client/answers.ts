/**
 * Schemas of API responses, derived from those of the server. Unknown fields are kept, so that a newer server does not
 * break an older client, and `--json` prints everything.
 */
import * as z from 'zod';
import { Anomaly } from '../../core/anomalies/api/anomalies.ts';
import { Baseline } from '../../core/anomalies/api/baseline.ts';
import { Ingestion } from '../../core/anomalies/api/ingestion.ts';
import { RiskAssessment } from '../../core/changes/api/assessment.ts';
import { ChangeDetail, ChangeSummary, RecordedChange } from '../../core/changes/api/changes.ts';
import { Breach } from '../../core/forecasts/api/breaches.ts';
import { Forecast } from '../../core/forecasts/api/forecasts.ts';
import { Run, StartedRun } from '../../core/forecasts/api/runs.ts';
import { Causes } from '../../core/incidents/api/causes.ts';
import { Incident, IncidentSummary } from '../../core/incidents/api/incidents.ts';
import { Topology } from '../../core/incidents/api/topology.ts';
import { Series } from '../../core/metrics/api/series.ts';
import { Target } from '../../core/metrics/api/targets.ts';
import { ModelPerformance } from '../../core/models/api/performance.ts';
import { ApiKeyView, IssuedApiKey } from '../../core/platform/api/api-keys.ts';
import { BreakerView } from '../../core/platform/api/breakers.ts';
import { Health } from '../../core/platform/api/operations.ts';
import { Settings } from '../../core/platform/settings/settings.ts';
import { DecisionView } from '../../core/remediation/api/decisions.ts';
import { ChainHead } from '../../core/remediation/decision.ts';

export const HealthAnswer = z.looseObject(Health.shape);
export const StartedRunAnswer = z.looseObject(StartedRun.shape);

export const TargetAnswer = z.looseObject(Target.shape);
export type TargetAnswer = z.infer<typeof TargetAnswer>;

export const IngestionAnswer = z.looseObject(Ingestion.shape);
export type IngestionAnswer = z.infer<typeof IngestionAnswer>;

export const SeriesAnswer = z.looseObject(Series.shape);
export type SeriesAnswer = z.infer<typeof SeriesAnswer>;

export const ForecastAnswer = z.looseObject(Forecast.shape);
export type ForecastAnswer = z.infer<typeof ForecastAnswer>;

export const BreachAnswer = z.looseObject(Breach.shape);
export type BreachAnswer = z.infer<typeof BreachAnswer>;

export const AnomalyAnswer = z.looseObject(Anomaly.shape);
export type AnomalyAnswer = z.infer<typeof AnomalyAnswer>;

export const BaselineAnswer = z.looseObject(Baseline.shape);
export type BaselineAnswer = z.infer<typeof BaselineAnswer>;

export const SettingsAnswer = z.looseObject(Settings.shape);
export type SettingsAnswer = z.infer<typeof SettingsAnswer>;

export const RunAnswer = z.looseObject(Run.shape);
export type RunAnswer = z.infer<typeof RunAnswer>;

export const PerformanceAnswer = z.looseObject(ModelPerformance.shape);
export type PerformanceAnswer = z.infer<typeof PerformanceAnswer>;

export const IncidentSummaryAnswer = z.looseObject(IncidentSummary.shape);
export type IncidentSummaryAnswer = z.infer<typeof IncidentSummaryAnswer>;

export const IncidentAnswer = z.looseObject(Incident.shape);
export type IncidentAnswer = z.infer<typeof IncidentAnswer>;

export const CausesAnswer = z.looseObject(Causes.shape);
export type CausesAnswer = z.infer<typeof CausesAnswer>;

export const TopologyAnswer = z.looseObject(Topology.shape);
export type TopologyAnswer = z.infer<typeof TopologyAnswer>;
export const RecordedChangeAnswer = z.looseObject(RecordedChange.shape);

export const ChangeSummaryAnswer = z.looseObject(ChangeSummary.shape);
export type ChangeSummaryAnswer = z.infer<typeof ChangeSummaryAnswer>;

export const ChangeAnswer = z.looseObject(ChangeDetail.shape);
export type ChangeAnswer = z.infer<typeof ChangeAnswer>;

export const RiskAnswer = z.looseObject(RiskAssessment.shape);
export type RiskAnswer = z.infer<typeof RiskAnswer>;

export const ApiKeyAnswer = z.looseObject(ApiKeyView.shape);
export type ApiKeyAnswer = z.infer<typeof ApiKeyAnswer>;

export const BreakerAnswer = z.looseObject(BreakerView.shape);
export type BreakerAnswer = z.infer<typeof BreakerAnswer>;

export const IssuedApiKeyAnswer = z.looseObject(IssuedApiKey.shape);
export type IssuedApiKeyAnswer = z.infer<typeof IssuedApiKeyAnswer>;

export const DecisionAnswer = z.looseObject(DecisionView.shape);

/** The end of the chain, with any page of it. */
export const DecisionsEndAnswer = z.looseObject({ head: ChainHead });

/** Counts of an accepted ingest request, and what of it was not accepted. */
export const IngestAnswer = z.looseObject({
  errors: z
    .array(z.looseObject({ field: z.string().optional(), code: z.string().optional(), message: z.string() }))
    .optional(),
});
export type IngestAnswer = z.infer<typeof IngestAnswer>;

/** One page of a list. */
export const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.looseObject({ items: z.array(item), nextCursor: z.string().optional() });
