/**
 * Records traces with AWS X-Ray. A bundle of its own (`tracing.mjs`), which functions load only if tracing is on: it is
 * as large as a small function.
 */
import { Tracer } from '@aws-lambda-powertools/tracer';
import { captureLambdaHandler } from '@aws-lambda-powertools/tracer/middleware';
import xray from 'aws-xray-sdk-core';
import type { TraceRecorder } from './trace.ts';

// Neither responses nor errors go to X-Ray, because both hold data of tenants; the log has the errors.
process.env.POWERTOOLS_TRACER_CAPTURE_ERROR = 'false';
const tracer = new Tracer({ captureHTTPsRequests: false });

const openSegment: TraceRecorder['open'] = (root, parent) => {
  const segment = new xray.Segment(process.env.POWERTOOLS_SERVICE_NAME ?? 'forestall', root, parent ?? null);
  return {
    id: segment.id,
    annotate: (ids) => {
      for (const [name, value] of Object.entries(ids)) segment.addAnnotation(name, value);
    },
    close: (hasFailed) => {
      if (hasFailed) segment.addFaultFlag();
      segment.close();
    },
  };
};

export const xRayRecorder: TraceRecorder = {
  middleware: captureLambdaHandler(tracer, { captureResponse: false }),
  invocation: () => {
    const root = tracer.getRootXrayTraceId();
    if (root === undefined) return undefined;
    return {
      ...{ root, parent: tracer.getSegment()?.id, isRecorded: tracer.isTraceSampled() },
      annotate: (ids) => {
        for (const [name, value] of Object.entries(ids)) tracer.putAnnotation(name, value);
      },
    };
  },
  open: openSegment,
};
