import { type Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { MEASURED_OUTCOMES, OWN_SERVICE } from '../../core/shared/telemetry.ts';

/** Makes the metrics of a service; without a name, those of the function itself. */
export type MakeMetrics = (serviceName?: string) => Metrics;

/**
 * Outcomes of one invocation. Those that are metrics become EMF lines, each under the service that its alarm names;
 * all others are summed up for the log.
 */
export class Outcomes {
  readonly #makeMetrics: MakeMetrics;
  readonly #metrics = new Map<string, Metrics>();
  readonly #logged = new Map<string, number>();

  constructor(makeMetrics: MakeMetrics) {
    this.#makeMetrics = makeMetrics;
  }

  add(outcome: string, amount: number): void {
    const service = new Map<string, string>(Object.entries(MEASURED_OUTCOMES)).get(outcome);
    if (service !== undefined) this.#metricsOf(service).addMetric(outcome, MetricUnit.Count, amount);
    else if (amount !== 0) this.#logged.set(outcome, (this.#logged.get(outcome) ?? 0) + amount);
  }

  /** Publishes the metrics, and returns the other outcomes, if there are any. */
  flush(): Readonly<Record<string, number>> | undefined {
    for (const metrics of this.#metrics.values())
      if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
    const logged = Object.fromEntries(this.#logged);
    this.#logged.clear();
    return Object.keys(logged).length === 0 ? undefined : logged;
  }

  #metricsOf(service: string): Metrics {
    const known = this.#metrics.get(service);
    if (known) return known;
    const made = service === OWN_SERVICE ? this.#makeMetrics() : this.#makeMetrics(service);
    this.#metrics.set(service, made);
    return made;
  }
}
