import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { useServiceBreakers } from '../../adapters/aws/service-breakers.ts';
import { traceScope } from '../../adapters/aws/trace-context.ts';
import { localBreaker } from '../../core/platform/resilience/breakers.ts';
import type { Telemetry } from '../../core/shared/telemetry.ts';
import { breakerRules } from './breaker-rules.ts';
import { Outcomes } from './outcomes.ts';
import { shownError, shownFields } from './shown-fields.ts';
import { inInvocation, startTracing, withTraceId } from './tracing/trace.ts';

const recorder =
  process.env.TRACING === 'x-ray' ? (await import('./tracing/x-ray.ts')).xRayRecorder : undefined;
startTracing(recorder && { recorder, scope: traceScope });

const logger = new Logger();
const defaultDimensions = { stage: process.env.STAGE ?? 'unknown' };
const outcomes = new Outcomes(
  (serviceName) => new Metrics({ defaultDimensions, ...(serviceName === undefined ? {} : { serviceName }) }),
);

/** The Lambda side of `Telemetry`: JSON log lines, and EMF metrics in namespace `Forestall` for what alarms read. */
export const telemetry: Telemetry = {
  info: (message, fields) => logger.info(message, shownFields(withTraceId(fields))),
  error: (message, fields, cause) =>
    logger.error(message, {
      ...shownFields(withTraceId(fields)),
      ...(cause instanceof Error ? { error: shownError(cause) } : {}),
    }),
  count: (outcome, amount = 1) => outcomes.add(outcome, amount),
};

// `sharedBreakers` replaces them in functions that share theirs.
useServiceBreakers((service) =>
  localBreaker({ rules: breakerRules.services, telemetry, now: Date.now }, `service ${service}`),
);

/**
 * Each line has the id of its invocation, and nothing else of the context: the log group names the function, and half
 * a kilobyte more in each line would be half of the cost of logs.
 */
const identifyInvocation = () => {
  const reset = () => logger.resetKeys();
  return {
    before: ({ context }: { readonly context: Context }) =>
      logger.appendKeys({ function_request_id: context.awsRequestId }),
    after: reset,
    onError: reset,
  };
};

/** Outcomes are flushed even when the handler throws: failed invocations are those worth counting. */
const flushOutcomes = () => {
  const flush = () => {
    const counted = outcomes.flush();
    if (counted !== undefined) telemetry.info('outcomes', { outcomes: counted });
  };
  return { after: flush, onError: flush };
};

/** Wraps a handler with logging keys that reset on every invocation, with metrics and traces. Export the result. */
export const observe = <Event, Result>(handler: (event: Event, context: Context) => Promise<Result>) =>
  middy<Event, Result, Error, Context>()
    .use(identifyInvocation())
    .use(flushOutcomes())
    .use(recorder?.middleware ?? [])
    .handler((event, context) => inInvocation(() => handler(event, context)));
