import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { traceScope } from '../../adapters/aws/trace-context.ts';
import type { Telemetry } from '../../core/shared/telemetry.ts';
import { shownError, shownFields } from './shown-fields.ts';
import { inInvocation, startTracing, withTraceId } from './tracing/trace.ts';

const recorder =
  process.env.TRACING === 'x-ray' ? (await import('./tracing/x-ray.ts')).xRayRecorder : undefined;
startTracing(recorder && { recorder, scope: traceScope });

const logger = new Logger();
const defaultDimensions = { stage: process.env.STAGE ?? 'unknown' };
const metrics = new Metrics({ defaultDimensions });
const apiMetrics = new Metrics({ serviceName: 'api', defaultDimensions });
const ingestionMetrics = new Metrics({ serviceName: 'ingestion', defaultDimensions });

/** Outcomes that several functions count together: an alarm names one service. */
const SHARED_OUTCOMES: ReadonlyMap<string, Metrics> = new Map([
  ['RequestsOverQuota', apiMetrics],
  ['QuotasUnchecked', apiMetrics],
  ['DataRefused', ingestionMetrics],
]);

/** The Lambda side of `Telemetry`: JSON log lines and EMF metrics in namespace `Forestall`. */
export const telemetry: Telemetry = {
  info: (message, fields) => logger.info(message, shownFields(withTraceId(fields))),
  error: (message, fields, cause) =>
    logger.error(message, {
      ...shownFields(withTraceId(fields)),
      ...(cause instanceof Error ? { error: shownError(cause) } : {}),
    }),
  count: (outcome, amount = 1) => {
    const counted = SHARED_OUTCOMES.get(outcome) ?? metrics;
    counted.addMetric(outcome, MetricUnit.Count, amount);
  },
};

/** Metrics are flushed even when the handler throws: failed invocations are those worth counting. */
const flushMetrics = () => {
  const flush = () => {
    for (const each of [metrics, apiMetrics, ingestionMetrics])
      if (each.hasStoredMetrics()) each.publishStoredMetrics();
  };
  return { after: flush, onError: flush };
};

/** Wraps a handler with logging keys that reset on every invocation, with metrics and traces. Export the result. */
export const observe = <Event, Result>(handler: (event: Event, context: Context) => Promise<Result>) =>
  middy<Event, Result, Error, Context>()
    .use(injectLambdaContext(logger, { resetKeys: true }))
    .use(flushMetrics())
    .use(recorder?.middleware ?? [])
    .handler((event, context) => inInvocation(() => handler(event, context)));
