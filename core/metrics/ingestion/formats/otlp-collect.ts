/** Maps OTLP resources to targets and their metrics to series. */

import { isMetricName, MAX_METRIC_NAME_LENGTH } from '../../../shared/identifiers.ts';
import { MIN_INSTANT } from '../../../shared/instant.ts';
import type { MetricKind } from '../../series/metric-series.ts';
import { PROFILES } from '../../targets/target.ts';
import type { OpenSeries, SeriesCollector } from '../decoding/series-collector.ts';
import { checkTenantClaim } from '../decoding/tenant-claim.ts';
import { isUnit } from '../decoding/unit.ts';
import { differenceOf, PROCESS_ATTRIBUTES, targetOfResource } from './otlp-identity.ts';
import type { OtlpAttributes, OtlpMetric, OtlpPoint, OtlpResource } from './otlp-request.ts';

const PROFILE_ATTRIBUTE = 'forestall.profile';
const TENANT_ATTRIBUTE = 'forestall.tenant';

/** `#` separates key parts and unprintable characters are not allowed in names: both are escaped. */
const NEEDS_NO_ESCAPE = /^[\w .:/@-]*$/;
const escapeName = (text: string): string =>
  NEEDS_NO_ESCAPE.test(text)
    ? text
    : text.replace(/[#\p{C}\p{Zl}\p{Zp}]/gu, (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`);
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

/** The resources that wrote each series of a request, to find those that share one by mistake. */
export class SeriesOwners {
  readonly #owners = new Map<OpenSeries, OtlpAttributes>();
  /** The differences of the current resource from each owner: the two may share thousands of series. */
  readonly #differences = new Map<OtlpAttributes, readonly string[]>();
  #current: OtlpAttributes | undefined;

  /** Attributes in which an earlier resource that wrote the series differs; empty if there is none. */
  claim(series: OpenSeries, attributes: OtlpAttributes): readonly string[] {
    const owner = this.#owners.get(series);
    if (owner === undefined) this.#owners.set(series, attributes);
    return owner === undefined || owner === attributes ? [] : this.#differenceFrom(owner, attributes);
  }

  #differenceFrom(owner: OtlpAttributes, attributes: OtlpAttributes): readonly string[] {
    if (attributes !== this.#current) this.#differences.clear();
    this.#current = attributes;
    const difference = this.#differences.get(owner) ?? differenceOf(owner, attributes);
    this.#differences.set(owner, difference);
    return difference;
  }
}

/** Where a resource is in the request, and whose points it has. */
interface ResourcePlace {
  readonly field: string;
  readonly targetId: string;
  readonly attributes: OtlpAttributes;
  readonly owners: SeriesOwners;
}

/** The points of a resource that is one process of several carry the name of its program. */
const withProcess = (point: OtlpAttributes, resource: OtlpAttributes): OtlpAttributes => {
  const names = PROCESS_ATTRIBUTES.filter((name) => resource.has(name) && !point.has(name));
  return names.length === 0
    ? point
    : new Map([...point, ...names.map((name) => [name, resource.get(name) ?? ''] as const)]);
};

const NO_TIME = 'timeUnixNano is missing: expected nanoseconds since 1970';
const WRONG_TIME = 'timeUnixNano is before the year 2000: expected nanoseconds since 1970, not milliseconds';

class ResourceReader {
  readonly #place: ResourcePlace;
  readonly #into: SeriesCollector;
  /** By metric name, so that a valid name is checked once and not for every point. */
  readonly #open = new Map<string, OpenSeries>();

  constructor(place: ResourcePlace, into: SeriesCollector) {
    this.#place = place;
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
    const field = () => `${this.#place.field}.${place}`;
    if (point.timestamp < MIN_INSTANT) {
      this.#into.reject(1, field, 'wrong-time', point.timestamp === 0 ? NO_TIME : WRONG_TIME);
      return;
    }
    const series = this.#seriesOf(metric, withProcess(point.attributes, this.#place.attributes), field);
    if (series === undefined)
      this.#into.reject(
        1,
        field,
        'invalid-name',
        'metric name and attributes must have 1-256 bytes of printable characters',
      );
    else this.#into.point(series, point.timestamp, point.value, field);
  }

  #seriesOf(metric: OtlpMetric, attributes: OtlpAttributes, field: () => string): OpenSeries | undefined {
    if (metric.name === '' || isTooLong(metric.name, attributes)) return undefined;
    const name = metricNameOf(metric.name, attributes);
    const known = this.#open.get(name);
    if (known !== undefined) return known;
    return isMetricName(name) ? this.#openSeries(metric, name, field) : undefined;
  }

  #openSeries({ data, unit }: OtlpMetric, name: string, field: () => string): OpenSeries {
    const { targetId, attributes, owners } = this.#place;
    const identity = { targetId, metric: name, kind: kindOf(data), unit: unitOf(unit) };
    const opened = this.#into.open(identity);
    this.#open.set(name, opened);
    const different = owners.claim(opened, attributes);
    if (different.length > 0)
      this.#into.collision(
        field,
        `another resource of the target ${targetId} sends ${name}, too, and differs in ${different.join(', ')}: the last value of each second is kept; set forestall.target, or identity in the settings or the query`,
      );
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

/** What all resources of a request share. */
export interface CollectContext {
  readonly tenantId: string;
  /** Names of the attributes that identify a target; empty for the usual ones. */
  readonly identity: readonly string[];
  readonly owners: SeriesOwners;
}

/**
 * Collects one resource's points. If a resource names no valid target, its points are rejected and the rest of the
 * request is accepted.
 * @throws IngestRejection if the resource names another tenant
 */
export const collectResource = (
  resource: OtlpResource,
  index: number,
  { tenantId, identity, owners }: CollectContext,
  into: SeriesCollector,
): void => {
  const field = `resourceMetrics[${index}]`;
  const attributesField = `${field}.resource.attributes`;
  checkTenantClaim(
    resource.attributes.get(TENANT_ATTRIBUTE),
    tenantId,
    `${attributesField}.${TENANT_ATTRIBUTE}`,
  );
  const target = targetOfResource(resource.attributes, identity);
  if ('fault' in target) {
    rejectResource(resource, attributesField, target.fault, into);
    return;
  }
  collectProfile(resource, target.id, attributesField, into);
  const place = { field, targetId: target.id, attributes: resource.attributes, owners };
  const reader = new ResourceReader(place, into);
  for (const [at, metric] of resource.metrics.entries()) reader.metric(metric, at);
};
