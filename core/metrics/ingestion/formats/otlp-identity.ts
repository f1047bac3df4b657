/** Which target an OTLP resource is. */
import { MAX_IDENTITY_ATTRIBUTES } from '../../../platform/settings/settings.ts';
import { TargetId } from '../../../shared/identifiers.ts';
import { cutText, MAX_SHOWN_NAME } from '../../../shared/text.ts';
import { IngestRejection } from '../decoding/ingest-rejection.ts';
import type { OtlpAttributes } from './otlp-request.ts';

/** Names the target outright; senders set it in `OTEL_RESOURCE_ATTRIBUTES`. */
const TARGET_ATTRIBUTE = 'forestall.target';
/** Where something runs; the first that is set. */
const PLACE_ATTRIBUTES = ['host.name', 'k8s.pod.name', 'service.instance.id', 'k8s.node.name'];
const SERVICE_ATTRIBUTE = 'service.name';
/** Name that SDKs give to a service without one. */
const UNNAMED_SERVICE = /^unknown_service/;
/** SDKs make such an instance ID at each start, so it would be another target each time. */
const RANDOM_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The query parameter with the attributes that identify a target, separated by commas. */
export const IDENTITY_PARAMETER = 'identity';

export type OtlpIdentity = { readonly id: string } | { readonly fault: string };

/** An attribute without a value reads as `null`. */
const presentIn = (attributes: OtlpAttributes, name: string): string | undefined => {
  const value = attributes.get(name);
  return value === undefined || value === '' || value === 'null' ? undefined : value;
};

const checked = (id: string, source: string): OtlpIdentity => {
  const parsed = TargetId.safeParse(id);
  return parsed.success ? { id: parsed.data } : { fault: `${source}: ${parsed.error.issues[0]?.message}` };
};

const placeOf = (attributes: OtlpAttributes): readonly [name: string, value: string] | undefined => {
  for (const name of PLACE_ATTRIBUTES) {
    const value = presentIn(attributes, name);
    if (value !== undefined && !(name === 'service.instance.id' && RANDOM_ID.test(value)))
      return [name, value];
  }
  return undefined;
};

const chosenIdentity = (attributes: OtlpAttributes, names: readonly string[]): OtlpIdentity => {
  const values = names.map((name) => presentIn(attributes, name));
  const missing = names.filter((_, index) => values[index] === undefined);
  return missing.length > 0
    ? {
        fault: `no target: ${missing.join(', ')} is not set, which the identity (${IDENTITY_PARAMETER} in the settings or the query) names`,
      }
    : checked(values.join('@'), names.join('@'));
};

const usualIdentity = (attributes: OtlpAttributes): OtlpIdentity => {
  const [placeName, place] = placeOf(attributes) ?? [];
  const service = presentIn(attributes, SERVICE_ATTRIBUTE);
  const isNamed = service !== undefined && !UNNAMED_SERVICE.test(service);
  if (place !== undefined && isNamed)
    return place === service
      ? checked(place, placeName!)
      : checked(`${service}@${place}`, `${SERVICE_ATTRIBUTE}@${placeName}`);
  if (place !== undefined) return checked(place, placeName!);
  if (service !== undefined) return checked(service, SERVICE_ATTRIBUTE);
  return {
    fault: `no target: none of ${TARGET_ATTRIBUTE}, ${SERVICE_ATTRIBUTE}, ${PLACE_ATTRIBUTES.join(', ')} is set, or only a random service.instance.id; set one, or name other attributes with ?${IDENTITY_PARAMETER}= or in the settings`,
  };
};

/**
 * The attributes that the parameter `identity` names, without repetitions; empty if it is absent.
 * @throws IngestRejection if it names too many
 */
export const identityNames = (identity = ''): readonly string[] => {
  const names = [...new Set(identity.split(',').map((name) => name.trim()))].filter((name) => name !== '');
  if (names.length <= MAX_IDENTITY_ATTRIBUTES) return names;
  const message = `names ${names.length} attributes; the limit is ${MAX_IDENTITY_ATTRIBUTES}`;
  const field = `query.${IDENTITY_PARAMETER}`;
  throw new IngestRejection('invalid-content', `query parameter ${IDENTITY_PARAMETER}: ${message}`, {
    errors: [{ field, code: 'invalid-value', message }],
  });
};

/**
 * The target of a resource: `forestall.target`; else the attributes that the request or the settings name as identity, joined by `@`;
 * else its service at its host or other place (`checkout@web-1`), or the one of both that is set.
 */
export const targetOfResource = (attributes: OtlpAttributes, identity: readonly string[]): OtlpIdentity => {
  const outright = presentIn(attributes, TARGET_ATTRIBUTE);
  if (outright !== undefined) return checked(outright, TARGET_ATTRIBUTE);
  return identity.length === 0 ? usualIdentity(attributes) : chosenIdentity(attributes, identity);
};

/** Attributes of a resource that tell processes of one target apart; they become attributes of its metrics. */
export const PROCESS_ATTRIBUTES = ['process.executable.name'] as const;

/** Differences listed in a message. */
const MAX_DIFFERENCES = 3;

/**
 * Names of up to three attributes in which two resources differ. Takes as long as the smaller of them is large: it
 * stops at the third difference.
 */
export const differenceOf = (a: OtlpAttributes, b: OtlpAttributes): readonly string[] => {
  const found = new Set<string>();
  for (const attributes of [a, b])
    for (const key of attributes.keys()) {
      if (a.get(key) !== b.get(key)) found.add(key);
      if (found.size === MAX_DIFFERENCES) break;
    }
  return [...found].map((key) => cutText(key, MAX_SHOWN_NAME));
};
