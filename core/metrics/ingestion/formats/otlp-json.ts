/** OTLP metrics in JSON: protobuf's JSON mapping, with 64-bit integers as text or numbers. */
import type { EntryBudget } from '../decoding/entry-budget.ts';
import {
  arrayAt,
  doubleAt,
  integerAt,
  type JsonObject,
  type JsonPlace,
  objectAt,
  rejectAt,
  textAt,
  within,
} from '../decoding/json-reader.ts';
import { attributeText } from './otlp-attributes.ts';
import {
  MAX_ATTRIBUTE_DEPTH,
  NO_ATTRIBUTES,
  NO_RECORDED_VALUE,
  type OtlpAttributes,
  type OtlpMetric,
  type OtlpPoint,
  type OtlpResource,
  type OtlpTemporality,
  secondsOfNanos,
} from './otlp-request.ts';

const absent = (value: unknown): value is null | undefined => value === undefined || value === null;

const TEMPORALITIES = new Map<unknown, OtlpTemporality>([
  [1, 'delta'],
  [2, 'cumulative'],
  ['AGGREGATION_TEMPORALITY_DELTA', 'delta'],
  ['AGGREGATION_TEMPORALITY_CUMULATIVE', 'cumulative'],
]);
const UNSUPPORTED = ['histogram', 'exponentialHistogram', 'summary'] as const;

/** The elements of an array field, each with its path. */
const elements = function* (
  holder: JsonObject,
  field: string,
  place: JsonPlace,
): Generator<[unknown, JsonPlace]> {
  const listPlace = within(place, field);
  let index = 0;
  for (const element of arrayAt(holder[field], listPlace)) yield [element, within(listPlace, index++)];
};

/** An attribute's value in plain JSON, identical to that of the protobuf reader. */
const plainValue = (raw: unknown, place: JsonPlace, depth: number): unknown => {
  if (depth > MAX_ATTRIBUTE_DEPTH)
    return rejectAt(place, `at most ${MAX_ATTRIBUTE_DEPTH} levels of nested values`);
  const value = objectAt(raw, place);
  if (!absent(value.stringValue)) return textAt(value.stringValue, place);
  if (!absent(value.boolValue)) return value.boolValue === true;
  if (!absent(value.intValue)) return plainInteger(integerAt(value.intValue, place));
  if (!absent(value.doubleValue)) return doubleAt(value.doubleValue, place);
  if (!absent(value.bytesValue)) return textAt(value.bytesValue, place);
  if (!absent(value.arrayValue)) return plainArray(objectAt(value.arrayValue, place), place, depth + 1);
  return absent(value.kvlistValue)
    ? null
    : plainEntries(objectAt(value.kvlistValue, place), place, depth + 1);
};

const plainInteger = (integer: bigint): number | string => {
  const number = Number(integer);
  return Number.isSafeInteger(number) ? number : integer.toString();
};

const plainArray = (holder: JsonObject, place: JsonPlace, depth: number): unknown[] =>
  Array.from(elements(holder, 'values', place), ([value, at]) => plainValue(value, at, depth));

const keyValue = (raw: unknown, place: JsonPlace, depth: number): [string, unknown] => {
  const entry = objectAt(raw, place);
  if (absent(entry.value) && Object.keys(entry).some((field) => field !== 'key'))
    return rejectAt(within(place, 'value'), 'a value such as {"stringValue":"web-1"}');
  return [textAt(entry.key, within(place, 'key')), plainValue(entry.value, within(place, 'value'), depth)];
};

const plainEntries = (holder: JsonObject, place: JsonPlace, depth: number): unknown =>
  Object.fromEntries(Array.from(elements(holder, 'values', place), ([raw, at]) => keyValue(raw, at, depth)));

const readAttributes = (holder: JsonObject, place: JsonPlace, budget: EntryBudget): OtlpAttributes => {
  let attributes: Map<string, string> | undefined;
  for (const [raw, at] of elements(holder, 'attributes', place)) {
    budget.entry();
    const [key, value] = keyValue(raw, at, 1);
    attributes = (attributes ?? new Map<string, string>()).set(key, attributeText(value));
  }
  return attributes ?? NO_ATTRIBUTES;
};

const numberIn = (point: JsonObject, place: JsonPlace): number => {
  const flags = absent(point.flags) ? 0 : Number(integerAt(point.flags, within(place, 'flags')));
  if ((flags & NO_RECORDED_VALUE) !== 0) return Number.NaN;
  if (!absent(point.asDouble)) return doubleAt(point.asDouble, within(place, 'asDouble'));
  return absent(point.asInt) ? Number.NaN : Number(integerAt(point.asInt, within(place, 'asInt')));
};

const readPoint = (raw: unknown, place: JsonPlace, budget: EntryBudget): OtlpPoint => {
  budget.point();
  const point = objectAt(raw, place);
  const time = point.timeUnixNano;
  return {
    attributes: readAttributes(point, place, budget),
    timestamp: absent(time) ? 0 : secondsOfNanos(integerAt(time, within(place, 'timeUnixNano'))),
    value: numberIn(point, place),
  };
};

const readPoints = (data: JsonObject, place: JsonPlace, budget: EntryBudget): OtlpPoint[] => {
  const points: OtlpPoint[] = [];
  for (const [raw, at] of elements(data, 'dataPoints', place)) points.push(readPoint(raw, at, budget));
  return points;
};

const readData = (metric: JsonObject, place: JsonPlace, budget: EntryBudget): OtlpMetric['data'] => {
  const [gaugePlace, sumPlace] = [within(place, 'gauge'), within(place, 'sum')];
  if (!absent(metric.gauge))
    return { type: 'gauge', points: readPoints(objectAt(metric.gauge, gaugePlace), gaugePlace, budget) };
  if (!absent(metric.sum)) {
    const sum = objectAt(metric.sum, sumPlace);
    const temporality = TEMPORALITIES.get(sum.aggregationTemporality) ?? 'unspecified';
    return {
      type: 'sum',
      points: readPoints(sum, sumPlace, budget),
      temporality,
      monotonic: sum.isMonotonic === true,
    };
  }
  const points = UNSUPPORTED.map((name) => {
    const at = within(place, name);
    return arrayAt(objectAt(metric[name], at).dataPoints, within(at, 'dataPoints')).length;
  });
  return { type: 'unsupported', points: points.reduce((sum, count) => sum + count, 0) };
};

const readMetric = (raw: unknown, place: JsonPlace, budget: EntryBudget): OtlpMetric => {
  budget.entry();
  const metric = objectAt(raw, place);
  return {
    name: textAt(metric.name, within(place, 'name')),
    unit: textAt(metric.unit, within(place, 'unit')),
    data: readData(metric, place, budget),
  };
};

const readResource = (raw: unknown, place: JsonPlace, budget: EntryBudget): OtlpResource => {
  budget.entry();
  const holder = objectAt(raw, place);
  const resourcePlace = within(place, 'resource');
  const metrics: OtlpMetric[] = [];
  for (const [scope, scopePlace] of elements(holder, 'scopeMetrics', place))
    for (const [metric, at] of elements(objectAt(scope, scopePlace), 'metrics', scopePlace))
      metrics.push(readMetric(metric, at, budget));
  const resource = objectAt(holder.resource, resourcePlace);
  return { attributes: readAttributes(resource, resourcePlace, budget), metrics };
};

/**
 * Reads a parsed OTLP/JSON `ExportMetricsServiceRequest`.
 * @throws IngestRejection naming the first field of the wrong type, or if the budget is exceeded
 */
export const readOtlpJson = (body: unknown, budget: EntryBudget): OtlpResource[] => {
  const root = within(undefined, 'resourceMetrics');
  const request =
    body === null || Array.isArray(body) || typeof body !== 'object'
      ? rejectAt(within(undefined, '(body)'), 'an object')
      : objectAt(body, root);
  if (request.resourceMetrics === undefined && Object.keys(request).length > 0)
    return rejectAt(root, 'an array (is this an OTLP metrics request?)');
  return arrayAt(request.resourceMetrics, root).map((raw, index) =>
    readResource(raw, within(root, index), budget),
  );
};
