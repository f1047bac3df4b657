/** Maps OTLP resources to targets and their metrics to series. */

import { isMetricName, MAX_METRIC_NAME_LENGTH, TargetId } from '../../../shared/identifiers.ts';
import type { MetricKind } from '../../series/metric-series.ts';
import { PROFILES } from '../../targets/target.ts';
import type { OpenSeries, SeriesCollector } from '../decoding/series-collector.ts';
import { checkTenantClaim } from '../decoding/tenant-claim.ts';
import { isUnit } from '../decoding/unit.ts';
import type { OtlpAttributes, OtlpMetric, OtlpPoint, OtlpResource } from './otlp-request.ts';

/** The first of these attributes that a resource has is its target ID. */
const TARGET_ATTRIBUTES = ['host.name', 'service.instance.id', 'service.name'];
const PROFILE_ATTRIBUTE = 'forestall.profile';
const TENANT_ATTRIBUTE = 'forestall.tenant';

/** `#` separates key parts and unprintable characters are not allowed in names: both are escaped. */
const NEEDS_NO_ESCAPE = /^[\w .:/@-]*$/;
const escapeName = (text: string): string =>
  NEEDS_NO_ESCAPE.test(text)
    ? text
    : text.replace(/[#\p{C}]/gu, (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`);
const quote = (text: string): string =>
  `"${escapeName(text.replaceAll('\\', '\\\\').replaceAll('"', '\\"'))}"`;
const label = (key: string): string => (/^[\w.:/-]+$/.test(key) ? key : quote(key));

const byKey = ([a]: readonly [string, string], [b]: readonly [string, string]): number =>
  a < b ? -1 : a > b ? 1 : 0;

/** `name`, or `name{key="value",...}` with sorted keys, so that an attribute set always gives the same name. */
export const metricNameOf = (name: string, attributes: OtlpAttributes): string => {
  if (attributes.size === 0) return escapeName(name);
  const labels = [...attributes].sort(byKey).map(([key, value]) => `${label(key)}=${quote(value)}`);
  return `${escapeName(name)}{${labels.join(',')}}`;
};

/** Refuses names before they are built: escaping only makes them longer. */
const isTooLong = (name: string, attributes: OtlpAttributes): boolean => {
  let length = name.length;
  for (const [key, value] of attributes) length += key.length + value.length;
  return length > MAX_METRIC_NAME_LENGTH;
};

const kindOf = (data: OtlpMetric['data']): MetricKind => {
  if (data.type !== 'sum') return 'gauge';
  if (data.temporality === 'delta') return 'delta';
  return data.temporality === 'cumulative' && data.monotonic ? 'counter' : 'gauge';
};

const unitOf = (unit: string): string | undefined => (unit === '' || !isUnit(unit) ? undefined : unit);

class ResourceReader {
  readonly #field: string;
  readonly #targetId: string;
  readonly #into: SeriesCollector;
  /** By metric name, so that a valid name is checked once and not for every point. */
  readonly #open = new Map<string, OpenSeries>();

  constructor(field: string, targetId: string, into: SeriesCollector) {
    this.#field = field;
    this.#targetId = targetId;
    this.#into = into;
  }

  metric(metric: OtlpMetric, index: number): void {
    const { data } = metric;
    if (data.type === 'unsupported') this.#into.unsupported(data.points);
    else
      for (const [at, point] of data.points.entries())
        this.#point(metric, point, `metrics[${index}].dataPoints[${at}]`);
  }

  #point(metric: OtlpMetric, point: OtlpPoint, place: string): void {
    const field = () => `${this.#field}.${place}`;
    const series = this.#seriesOf(metric, point.attributes);
    if (series === undefined)
      this.#into.reject(
        1,
        field,
        'invalid-name',
        'metric name and attributes must have 1-256 bytes of printable characters',
      );
    else this.#into.point(series, point.timestamp, point.value, field);
  }

  #seriesOf(metric: OtlpMetric, attributes: OtlpAttributes): OpenSeries | undefined {
    if (metric.name === '' || isTooLong(metric.name, attributes)) return undefined;
    const name = metricNameOf(metric.name, attributes);
    const known = this.#open.get(name);
    if (known !== undefined) return known;
    return isMetricName(name) ? this.#openSeries(metric, name) : undefined;
  }

  #openSeries({ data, unit }: OtlpMetric, name: string): OpenSeries {
    const identity = { targetId: this.#targetId, metric: name, kind: kindOf(data), unit: unitOf(unit) };
    const opened = this.#into.open(identity);
    this.#open.set(name, opened);
    return opened;
  }
}

const pointsIn = ({ metrics }: OtlpResource): number =>
  metrics.reduce((sum, { data }) => sum + (data.type === 'unsupported' ? 0 : data.points.length), 0);

const collectProfile = (
  resource: OtlpResource,
  targetId: string,
  field: string,
  into: SeriesCollector,
): void => {
  const named = resource.attributes.get(PROFILE_ATTRIBUTE);
  const profile = PROFILES.find((each) => each === named);
  if (profile !== undefined) into.profile(targetId, profile);
  else if (named !== undefined)
    into.note(
      () => `${field}.${PROFILE_ATTRIBUTE}`,
      'unknown-profile',
      `ignored; known profiles: ${PROFILES.join(', ')}`,
    );
};

const rejectResource = (
  resource: OtlpResource,
  field: string,
  message: string,
  into: SeriesCollector,
): void => {
  const points = pointsIn(resource);
  if (points > 0) into.reject(points, () => field, 'no-target', message);
  for (const { data } of resource.metrics) if (data.type === 'unsupported') into.unsupported(data.points);
};

const targetOf = (attributes: OtlpAttributes): { readonly id: string } | { readonly fault: string } => {
  const source = TARGET_ATTRIBUTES.find((name) => attributes.has(name));
  if (source === undefined) return { fault: `no target: none of ${TARGET_ATTRIBUTES.join(', ')} is set` };
  const parsed = TargetId.safeParse(attributes.get(source));
  return parsed.success ? { id: parsed.data } : { fault: `${source}: ${parsed.error.issues[0]?.message}` };
};

/**
 * Collects one resource's points. If a resource names no valid target, its points are rejected and the rest of the
 * request is accepted.
 * @throws IngestRejection if the resource names another tenant
 */
export const collectResource = (
  resource: OtlpResource,
  index: number,
  tenantId: string,
  into: SeriesCollector,
): void => {
  const field = `resourceMetrics[${index}]`;
  const attributesField = `${field}.resource.attributes`;
  checkTenantClaim(
    resource.attributes.get(TENANT_ATTRIBUTE),
    tenantId,
    `${attributesField}.${TENANT_ATTRIBUTE}`,
  );
  const target = targetOf(resource.attributes);
  if ('fault' in target) {
    rejectResource(resource, attributesField, target.fault, into);
    return;
  }
  collectProfile(resource, target.id, attributesField, into);
  const reader = new ResourceReader(field, target.id, into);
  for (const [place, metric] of resource.metrics.entries()) reader.metric(metric, place);
};
