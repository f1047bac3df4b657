import type { DecodeContext } from '../decoding/decode-context.ts';
import { IngestRejection } from '../decoding/ingest-rejection.ts';
import type { IngestLimits } from '../decoding/limits.ts';
import { readJson } from '../decoding/read-text.ts';
import type { SeriesCollector } from '../decoding/series-collector.ts';
import { checkTenantClaim } from '../decoding/tenant-claim.ts';
import { type JsonIngestBody, numberOf, secondsOf } from './json-body.ts';
import { validateJson } from './validate-json.ts';

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

const memberOf = (holder: unknown, field: string): unknown =>
  isObject(holder) ? Reflect.get(holder, field) : undefined;

const lengthOf = (held: unknown): number => (Array.isArray(held) ? held.length : 0);

/** Rejects oversize bodies before validation, which collects an issue per wrong element. */
const rejectOversize = (body: unknown, { maxPoints, maxTargets }: IngestLimits): void => {
  const series = memberOf(body, 'series');
  let points = lengthOf(memberOf(body, 'points'));
  for (const each of Array.isArray(series) ? series : [])
    points += Math.max(lengthOf(memberOf(each, 'timestamps')), lengthOf(memberOf(each, 'values')), 1);
  if (points > maxPoints)
    throw new IngestRejection('body-too-large', `more than ${maxPoints} points in one request`);
  const profiles = memberOf(body, 'profiles');
  // Of a text or a list, the keys would be an array of as many texts as it has characters or elements.
  if (isObject(profiles) && !Array.isArray(profiles) && Object.keys(profiles).length > maxTargets)
    throw new IngestRejection(
      'body-too-large',
      `profiles for more than ${maxTargets} targets in one request`,
    );
};

const collectPoints = (points: NonNullable<JsonIngestBody['points']>, into: SeriesCollector): void => {
  points.forEach(({ target, metric, timestamp, value }, index) => {
    const series = into.open({ targetId: target, metric });
    into.point(series, secondsOf(timestamp), numberOf(value), () => `points[${index}]`);
  });
};

const collectSeries = (all: NonNullable<JsonIngestBody['series']>, into: SeriesCollector): void => {
  all.forEach(({ target, metric, kind, unit, profile, timestamps, values }, index) => {
    if (profile !== undefined) into.profile(target, profile);
    const series = into.open({ targetId: target, metric, kind, unit });
    timestamps.forEach((timestamp, at) => {
      const field = () => `series[${index}].values[${at}]`;
      into.point(series, secondsOf(timestamp), numberOf(values[at] ?? null), field);
    });
  });
};

/**
 * Decodes a JSON body (`JsonIngestBody`).
 * @throws IngestRejection if the body is malformed, does not match the schema, is too large or names another tenant
 */
export const decodeJson = (body: Uint8Array, options: DecodeContext, into: SeriesCollector): void => {
  const parsed = readJson(body);
  rejectOversize(parsed, options.limits);
  const { tenant, profiles = {}, points = [], series = [] } = validateJson(parsed);
  checkTenantClaim(tenant, options.tenantId, 'tenant');
  for (const [target, profile] of Object.entries(profiles)) into.profile(target, profile);
  collectPoints(points, into);
  collectSeries(series, into);
};
