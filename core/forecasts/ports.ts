/** Ports of the forecast backend and of the stores of forecasts, predicted breaches and runs. */

import type { History } from '../metrics/blocks/block-history.ts';
import type { Target } from '../metrics/targets/target.ts';
import type { Settings } from '../platform/settings/settings.ts';
import type { Page, PageRequest } from '../shared/page.ts';
import type { VersionedBytes } from '../shared/versioned-bytes.ts';
import type { BreachRisk, Severity } from './breach-risk.ts';
import type { Forecast, ForecastRequest } from './engine/forecast.ts';
import type { BatchResult, ForecastRun } from './forecast-run.ts';
import type { ResolvedThreshold } from './resolved-threshold.ts';
import type { PredictedBreach, TargetForecast } from './target-forecast.ts';

/**
 * One series to forecast. The fields are those of the inference contract that Chronos-2 on JumpStart speaks: `itemId`
 * is `item_id`, `history` holds `start`, `freq` and `target`, `horizon` is `prediction_length`, `quantileLevels` is
 * `quantile_levels`.
 */
export interface BackendRequest extends ForecastRequest {
  /** Unique within a call; repeated in the result. */
  readonly itemId: string;
  /** The state that this backend returned for the series in an earlier run. */
  readonly state?: string;
}

export interface BackendForecast {
  readonly itemId: string;
  readonly forecast: Forecast;
  /**
   * `resumed`: forecast from the given state; `scratch`: no state was given, or it was out of date; `unreadable`: the
   * given state could not be decoded, so the series was forecast from scratch.
   */
  readonly start: 'resumed' | 'scratch' | 'unreadable';
  /** State to start the next run from; only its backend can read it. Unchanged if resumed, absent if nothing was learned. */
  readonly state?: string;
}

export interface BackendFailure {
  readonly itemId: string;
  /** An error of the domain (`ForestallError`) explains the failure; any other is a fault of the backend. */
  readonly error: Error;
}

export type BackendResult = BackendForecast | BackendFailure;

/** Forecasts series: the local ensemble, and later SageMaker jobs and endpoints. */
export interface ForecastBackend {
  readonly name: string;
  /**
   * Returns one result for each request, in the order of the requests. A series that cannot be forecast fails alone;
   * quantiles are finite and in order.
   * @throws CapacityPendingError or DependencyUnavailableError if the backend cannot forecast at all now
   */
  forecast(requests: readonly BackendRequest[]): Promise<readonly BackendResult[]>;
}

export interface ForecastStore {
  /** The newest run wins: false if a newer one has stored a forecast, which is kept. */
  put(forecast: TargetForecast, expiresAt: number): Promise<boolean>;
  get(tenantId: string, targetId: string): Promise<TargetForecast | undefined>;
}

/** Something that was done about targets: a climb that ends then did not end by itself. */
export interface Intervention {
  readonly tenantId: string;
  /** Together with `at`, the same for repeats. */
  readonly id: string;
  /** At least one. */
  readonly targetIds: readonly string[];
  /** Epoch seconds. */
  readonly at: number;
}

export interface InterventionStore {
  /** A repeat changes nothing. */
  put(intervention: Intervention): Promise<void>;
  /** The newest 500 since `from` (epoch seconds), the newest first. */
  since(tenantId: string, from: number): Promise<readonly Intervention[]>;
}

export interface BreachFilter {
  readonly minProbability?: number | undefined;
  readonly severity?: Severity | undefined;
  readonly targetId?: string | undefined;
}

/** The predicted breaches of a target that a run stores, and the metrics whose breaches it removes. */
export interface BreachChanges {
  readonly put: readonly PredictedBreach[];
  readonly remove: readonly string[];
}

/** Epoch seconds. */
export interface BreachLifetime {
  /** Breaches are listed until then. */
  readonly listedUntil: number;
  /** Later runs read them until then. */
  readonly expiresAt: number;
}

export interface BreachStore {
  /** The breaches of a target by metric, as the last runs left them, listed or not. */
  stored(tenantId: string, targetId: string): Promise<ReadonlyMap<string, PredictedBreach>>;
  /** Breaches of a newer run than `issuedAt` (epoch milliseconds) are kept. */
  change(
    run: { readonly tenantId: string; readonly targetId: string; readonly issuedAt: number },
    changes: BreachChanges,
    lifetime: BreachLifetime,
  ): Promise<void>;
  /** Highest risk first. */
  list(tenantId: string, filter: BreachFilter, page: PageRequest): Promise<Page<PredictedBreach>>;
}

export interface RunStore {
  /**
   * Ties a caller's idempotency key to a run. Returns `runId`, or the run of an earlier claim that has not expired.
   * `expiresAt` is in epoch seconds.
   */
  claim(tenantId: string, key: string, runId: string, expiresAt: number): Promise<string>;
  /** The run that a key identifies, if a claim has not expired. */
  claimed(tenantId: string, key: string): Promise<string | undefined>;
  /** Creates the run; a repeat with the same id changes nothing. */
  begin(run: ForecastRun): Promise<void>;
  finish(run: ForecastRun): Promise<void>;
  get(tenantId: string, runId: string): Promise<ForecastRun | undefined>;
  /** Newest first. */
  list(tenantId: string, page: PageRequest): Promise<Page<ForecastRun>>;
}

/** What the archive keeps of a forecast, as far as it can be scored. */
export interface ArchivedForecast
  extends Pick<Forecast, 'start' | 'stepSeconds' | 'horizon' | 'quantileLevels' | 'model'> {
  readonly targetId: string;
  readonly metric: string;
  /** `quantiles[l][h]`: level `l`, step `h`. */
  readonly quantiles: readonly (readonly number[])[];
  readonly threshold: ResolvedThreshold | null;
  readonly breach: Pick<BreachRisk, 'probability' | 'severity'> | null;
}

/** Working files of a run: the targets of each batch, its result, and its forecasts for later scoring. */
export interface RunFiles {
  writeBatch(tenantId: string, runId: string, index: number, targetIds: readonly string[]): Promise<string>;
  readBatch(key: string): Promise<readonly string[]>;
  writeResult(tenantId: string, runId: string, result: BatchResult): Promise<void>;
  readResults(tenantId: string, runId: string): Promise<readonly BatchResult[]>;
  archiveForecasts(
    tenantId: string,
    runId: string,
    index: number,
    issuedAt: number,
    forecasts: readonly TargetForecast[],
  ): Promise<string>;
  /** The forecasts that a batch of an earlier run archived; empty if there are none. */
  readForecasts(
    tenantId: string,
    runId: string,
    index: number,
    issuedAt: number,
  ): Promise<readonly ArchivedForecast[]>;
}

/** Compares earlier forecasts with what was observed since, while a batch has the histories at hand. */
export interface ForecastScorer {
  /** Begins the scores of one batch. Nothing here throws: a forecast is worth more than a score. */
  begin(batch: {
    readonly tenantId: string;
    readonly runId: string;
    readonly index: number;
    /** Epoch milliseconds. */
    readonly issuedAt: number;
  }): Promise<BatchScorer>;
}

export interface BatchScorer {
  /** Scores the earlier forecasts of a target. */
  score(observed: ObservedTarget, settings: Settings | undefined): void;
  /** Stores the scores of the batch; a repeat stores the same. */
  end(): Promise<void>;
}

/** A target with its points by metric. */
export interface ObservedTarget {
  readonly target: Target;
  readonly histories: ReadonlyMap<string, History>;
}

/** Keeps what the batches of a run scored. */
export interface ScoreKeeper {
  /** Does not throw: a run is done whether its scores are kept or not. Repeating it has no effect. */
  keep(run: {
    readonly tenantId: string;
    readonly runId: string;
    /** Milliseconds until the function is stopped. */
    readonly timeLeft: () => number;
  }): Promise<void>;
}

/** Learned states of the series of a batch, from one run to the next. */
export interface StateFiles {
  /** States that the last run of this batch stored; undefined if there are none. */
  read(tenantId: string, index: number): Promise<VersionedBytes | undefined>;
  /** Replaces the states if their version is still `expected` (undefined: none stored); false if another run was faster. */
  replace(tenantId: string, index: number, bytes: Uint8Array, expected: string | undefined): Promise<boolean>;
}
