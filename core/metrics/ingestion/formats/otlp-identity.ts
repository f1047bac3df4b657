/** Which target an OTLP resource is. */
import { TargetId } from '../../../shared/identifiers.ts';
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
        fault: `no target: ${missing.join(', ')} is not set, which the parameter ${IDENTITY_PARAMETER} names`,
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
    fault: `no target: none of ${TARGET_ATTRIBUTE}, ${SERVICE_ATTRIBUTE}, ${PLACE_ATTRIBUTES.join(', ')} is set, or only a random service.instance.id; set one, or name other attributes with ?${IDENTITY_PARAMETER}=`,
  };
};

/**
 * The target of a resource: `forestall.target`; else the attributes that `identity` names, joined by `@`; else its service
 * at its host or other place (`checkout@web-1`), or the one of both that is set.
 */
export const targetOfResource = (attributes: OtlpAttributes, identity: string | undefined): OtlpIdentity => {
  const outright = presentIn(attributes, TARGET_ATTRIBUTE);
  if (outright !== undefined) return checked(outright, TARGET_ATTRIBUTE);
  const names = (identity ?? '').split(',').map((name) => name.trim());
  return identity === undefined || identity.trim() === ''
    ? usualIdentity(attributes)
    : chosenIdentity(
        attributes,
        names.filter((name) => name !== ''),
      );
};

/** Attributes of a resource that tell processes of one target apart; they become attributes of its metrics. */
export const PROCESS_ATTRIBUTES = ['process.executable.name'] as const;

/** Names of up to three attributes in which two resources differ. */
export const differenceOf = (a: OtlpAttributes, b: OtlpAttributes): readonly string[] =>
  [...new Set([...a.keys(), ...b.keys()])].filter((key) => a.get(key) !== b.get(key)).slice(0, 3);
