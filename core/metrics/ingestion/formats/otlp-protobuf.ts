/**
 * Reads OTLP metrics in protobuf (opentelemetry/proto/metrics/v1/metrics.proto) by field number. Gauges and sums are
 * read; other kinds are counted.
 */
import { IngestRejection } from '../decoding/ingest-rejection.ts';
import { readAttribute } from './otlp-attributes.ts';
import {
  NO_ATTRIBUTES,
  NO_RECORDED_VALUE,
  type OtlpMetric,
  type OtlpPoint,
  type OtlpResource,
  type OtlpTemporality,
  secondsOfNanos,
} from './otlp-request.ts';
import {
  BudgetedReader,
  fixed64Field,
  lengthField,
  readFields,
  readMessage,
  varintField,
} from './protobuf-message.ts';

const REQUEST = { resourceMetrics: lengthField(1) };
const RESOURCE_METRICS = { resource: lengthField(1), scopeMetrics: lengthField(2) };
const RESOURCE = { attributes: lengthField(1) };
const SCOPE_METRICS = { metrics: lengthField(2) };
const METRIC = { name: lengthField(1), unit: lengthField(3), gauge: lengthField(5), sum: lengthField(7) };
/** Histogram, exponential histogram, summary. */
const UNSUPPORTED = new Set([lengthField(9), lengthField(10), lengthField(11)]);
const DATA = { points: lengthField(1), temporality: varintField(2), monotonic: varintField(3) };
const POINT = {
  time: fixed64Field(3),
  double: fixed64Field(4),
  integer: fixed64Field(6),
  attributes: lengthField(7),
  flags: varintField(8),
};
const TEMPORALITIES: readonly OtlpTemporality[] = ['unspecified', 'delta', 'cumulative'];

const readPoint = (reader: BudgetedReader): OtlpPoint => {
  let attributes: Map<string, string> | undefined;
  reader.budget.point();
  let [timestamp, value, flags] = [0, Number.NaN, 0];
  readMessage(reader, (tag) => {
    if (tag === POINT.time) timestamp = secondsOfNanos(BigInt(reader.fixed64()));
    else if (tag === POINT.double) value = reader.double();
    else if (tag === POINT.integer) value = Number(reader.sfixed64());
    else if (tag === POINT.attributes) attributes = readAttribute(reader, attributes ?? new Map());
    else if (tag === POINT.flags) flags = reader.uint32();
    else return false;
    return true;
  });
  return {
    attributes: attributes ?? NO_ATTRIBUTES,
    timestamp,
    value: (flags & NO_RECORDED_VALUE) === 0 ? value : Number.NaN,
  };
};

interface NumberData {
  readonly points: readonly OtlpPoint[];
  readonly temporality: OtlpTemporality;
  readonly monotonic: boolean;
}

const readNumberData = (reader: BudgetedReader): NumberData => {
  const points: OtlpPoint[] = [];
  let temporality: OtlpTemporality = 'unspecified';
  let monotonic = false;
  readMessage(reader, (tag) => {
    if (tag === DATA.points) points.push(readPoint(reader));
    else if (tag === DATA.temporality) temporality = TEMPORALITIES[reader.uint32()] ?? 'unspecified';
    else if (tag === DATA.monotonic) monotonic = reader.bool();
    else return false;
    return true;
  });
  return { points, temporality, monotonic };
};

const countPoints = (reader: BudgetedReader): number => {
  let points = 0;
  readMessage(reader, (tag) => {
    if (tag === DATA.points) points++;
    return false;
  });
  return points;
};

const readData = (reader: BudgetedReader, tag: number): OtlpMetric['data'] | undefined => {
  if (tag === METRIC.gauge) return { type: 'gauge', points: readNumberData(reader).points };
  if (tag === METRIC.sum) return { type: 'sum', ...readNumberData(reader) };
  return UNSUPPORTED.has(tag) ? { type: 'unsupported', points: countPoints(reader) } : undefined;
};

const readMetric = (reader: BudgetedReader): OtlpMetric => {
  let [name, unit] = ['', ''];
  reader.budget.entry();
  let data: OtlpMetric['data'] = { type: 'unsupported', points: 0 };
  readMessage(reader, (tag) => {
    if (tag === METRIC.name) name = reader.string(true);
    else if (tag === METRIC.unit) unit = reader.string(true);
    else {
      const read = readData(reader, tag);
      if (read === undefined) return false;
      data = read;
    }
    return true;
  });
  return { name, unit, data };
};

const readResourceMetrics = (reader: BudgetedReader): OtlpResource => {
  let attributes: Map<string, string> | undefined;
  const metrics: OtlpMetric[] = [];
  reader.budget.entry();
  readMessage(reader, (tag) => {
    if (tag === RESOURCE_METRICS.resource)
      readMessage(reader, (inner) => {
        if (inner === RESOURCE.attributes) attributes = readAttribute(reader, attributes ?? new Map());
        return inner === RESOURCE.attributes;
      });
    else if (tag === RESOURCE_METRICS.scopeMetrics)
      readMessage(reader, (inner) => {
        if (inner === SCOPE_METRICS.metrics) metrics.push(readMetric(reader));
        return inner === SCOPE_METRICS.metrics;
      });
    else return false;
    return true;
  });
  return { attributes: attributes ?? NO_ATTRIBUTES, metrics };
};

/**
 * Reads an `ExportMetricsServiceRequest`.
 * @throws IngestRejection for malformed bytes, or more points or entries than `maxPoints` allows
 */
export const readOtlpProtobuf = (body: Uint8Array, maxPoints: number): OtlpResource[] => {
  const resources: OtlpResource[] = [];
  try {
    const reader = new BudgetedReader(body, maxPoints);
    readFields(reader, reader.len, (tag) => {
      if (tag === REQUEST.resourceMetrics) resources.push(readResourceMetrics(reader));
      return tag === REQUEST.resourceMetrics;
    });
  } catch (cause) {
    if (cause instanceof IngestRejection) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new IngestRejection('malformed-body', `the body is not OTLP protobuf: ${reason}`, { cause });
  }
  if (resources.length === 0 && body.length > 0)
    throw new IngestRejection('malformed-body', 'the body is not OTLP protobuf: it has no resource_metrics');
  return resources;
};
