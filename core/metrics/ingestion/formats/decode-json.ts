import type * as z from 'zod';
import type { DecodeContext } from '../decoding/decode-context.ts';
import { type FieldError, IngestRejection } from '../decoding/ingest-rejection.ts';
import { type IngestLimits, MAX_REPORTED_ERRORS } from '../decoding/limits.ts';
import { readJson } from '../decoding/read-text.ts';
import type { SeriesCollector } from '../decoding/series-collector.ts';
import { checkTenantClaim } from '../decoding/tenant-claim.ts';
import { JsonIngestBody, numberOf, secondsOf } from './json-body.ts';

const pathOf = (path: readonly PropertyKey[]): string =>
  path.reduce<string>(
    (text, step) =>
      typeof step === 'number' ? `${text}[${step}]` : text === '' ? String(step) : `${text}.${String(step)}`,
    '',
  ) || '(body)';

const fieldErrors = (issues: readonly z.core.$ZodIssue[]): FieldError[] =>
  issues
    .slice(0, MAX_REPORTED_ERRORS)
    .map(({ path, code, message }) => ({ field: pathOf(path), code: code.replaceAll('_', '-'), message }));

const memberOf = (holder: unknown, field: string): unknown =>
  typeof holder === 'object' && holder !== null ? Reflect.get(holder, field) : undefined;

const lengthOf = (held: unknown): number => (Array.isArray(held) ? held.length : 0);

/** Rejects oversize bodies before validation, which collects an issue per wrong element. */
const rejectOversize = (body: unknown, { maxPoints, maxTargets }: IngestLimits): void => {
  const series = memberOf(body, 'series');
  let points = lengthOf(memberOf(body, 'points'));
  for (const each of Array.isArray(series) ? series : [])
    points += Math.max(lengthOf(memberOf(each, 'timestamps')), lengthOf(memberOf(each, 'values')), 1);
  if (points > maxPoints)
    throw new IngestRejection('body-too-large', `more than ${maxPoints} points in one request`);
  if (Object.keys(memberOf(body, 'profiles') ?? {}).length > maxTargets)
    throw new IngestRejection(
      'body-too-large',
      `profiles for more than ${maxTargets} targets in one request`,
    );
};

const validate = (body: unknown): JsonIngestBody => {
  const parsed = JsonIngestBody.safeParse(body);
  if (parsed.success) return parsed.data;
  const errors = fieldErrors(parsed.error.issues);
  throw new IngestRejection('invalid-content', `${errors[0]?.field}: ${errors[0]?.message}`, { errors });
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
  const { tenant, profiles = {}, points = [], series = [] } = validate(parsed);
  checkTenantClaim(tenant, options.tenantId, 'tenant');
  for (const [target, profile] of Object.entries(profiles)) into.profile(target, profile);
  collectPoints(points, into);
  collectSeries(series, into);
};
