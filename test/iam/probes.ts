import type { Call } from './evaluate.ts';
import type { Grant } from './grants.ts';
import { ACCOUNT } from './resource-names.ts';

/** Calls that nothing needs, and that the policies must therefore deny. */

const FOREIGN_ACCOUNT = '999999999999';

/**
 * `arn:aws:s3:::bucket/raw/tenant/key` -> `arn:aws:s3:::bucket/raw/`, and the same for log streams: their names are not
 * known beforehand, so policies allow all of them.
 */
const UNNAMED_PART = /^(arn:aws:s3:::[^/]+\/[^/]+\/|arn:aws:logs:.+?:(?=log-stream:|\*$)).+$/;
/** The key prefix of a listing: `runs/tenant/run/` -> `runs/`. */
const BELOW_PREFIX = /^([^/]+\/).*$/;

/** Equal for calls that a policy need not distinguish. */
export const kindOf = ({ caller, action, resource, context }: Omit<Call, 'because'>): string =>
  JSON.stringify([
    caller,
    action,
    resource.replace(UNNAMED_PART, '$1'),
    (context['s3:prefix'] ?? '').replace(BELOW_PREFIX, '$1'),
  ]);

/**
 * The name in an ARN, without the index, stream, log stream or version that belongs to it: executions finish on the
 * versions of functions that they began with, whichever these are.
 */
const NAME_IN_ARN = /^(arn:.*?[:/])([^:/]+)((?:\/(?:index|stream)\/.*|:log-stream:.*|:\d+)?)$/;

/** Resources whose names a pattern such as `prefix*` or `*suffix` would also match. */
const neighboursOf = (resource: string): string[] => {
  const [, start, name, rest] = NAME_IN_ARN.exec(resource) ?? [];
  if (name === undefined) throw new TypeError(`${resource} has no name to change`);
  return [`${start}${name}x${rest}`, `${start}x${name}${rest}`];
};

const IS_OBJECT = /^arn:aws:s3:::[^/]+\/./;
const bucketIn = (object: string): string => object.split('/')[0] ?? '';

/** Objects under each prefix in each bucket, and under prefixes that only resemble them. */
const objectsLike = (resources: readonly string[]): string[] => {
  const prefixes = new Set(resources.map((each) => each.split('/')[1] ?? ''));
  const buckets = new Set(resources.map(bucketIn));
  return [...buckets].flatMap((bucket) =>
    [...prefixes].flatMap((prefix) =>
      ['', 'x'].flatMap((suffix) => [
        `${bucket}/${prefix}${suffix}/key`,
        `${bucket}x/${prefix}${suffix}/key`,
      ]),
    ),
  );
};

const candidatesFor = (resources: readonly string[]): string[] => {
  const objects = resources.filter((each) => IS_OBJECT.test(each));
  const others = resources.filter((each) => !IS_OBJECT.test(each) && each !== '*');
  return [...objectsLike(objects), ...others, ...others.flatMap(neighboursOf)];
};

/** The calls that a grant is made for, whether something makes them or not: `unusedGrants` judges that. */
const purposeOf = ({ holder, action, resource, statement }: Grant): string[] => {
  const call = { caller: { role: holder }, action, resource };
  if (action !== 's3:ListBucket') return [kindOf({ ...call, context: {} })];
  const prefixes = Object.values(statement.Condition ?? {}).flatMap((each) => each['s3:prefix'] ?? []);
  return prefixes.map((prefix) => kindOf({ ...call, context: { 's3:prefix': prefix } }));
};

/** Each role with each of its actions on every other resource on which some role may act that way. */
export const resourceProbes = (calls: readonly Call[], grants: readonly Grant[]): Call[] => {
  const callsOf = Map.groupBy(calls, ({ action }) => action);
  const ofRoles = grants.filter(
    ({ service, statement }) => service === undefined && statement.Principal === undefined,
  );
  const known = new Set([...calls.map(kindOf), ...ofRoles.flatMap(purposeOf)]);
  const held = new Set(ofRoles.map(({ holder, action }) => `${holder} ${action}`));
  return [...held].flatMap((pair) => {
    const [role = '', action = ''] = pair.split(' ');
    const like = callsOf.get(action) ?? [];
    const contexts = contextsFor(action, like);
    const candidates = new Set(candidatesFor(like.map(({ resource }) => resource)));
    return [...candidates]
      .flatMap((resource) =>
        contexts.map((context) => ({
          caller: { role },
          action,
          resource,
          context,
          because: 'nothing needs it',
        })),
      )
      .filter((probe) => !known.has(kindOf(probe)));
  });
};

/** Listings of each prefix and of the whole bucket; other actions have no condition that narrows them. */
const contextsFor = (action: string, calls: readonly Call[]): Call['context'][] => {
  if (action !== 's3:ListBucket') return [calls[0]?.context ?? {}];
  const prefixes = new Set(calls.map(({ context }) => (context['s3:prefix'] ?? '').split('/')[0] ?? ''));
  return [
    {},
    ...[...prefixes].flatMap((prefix) => [{ 's3:prefix': `${prefix}/` }, { 's3:prefix': `${prefix}x/` }]),
  ];
};

/** Services whose permission names the calling resource; those of others name only the account. */
const NAMES_ITS_SOURCE = /^(apigateway|events|sns)\.amazonaws\.com$/;

/** Calls of a service for the resources of somebody else, and for other resources of this account. */
const sourceProbes = (call: Call): Call[] => {
  const { 'aws:SourceArn': source, 'aws:SourceAccount': account } = call.context;
  if (!('service' in call.caller) || account === undefined) return [];
  const foreign = {
    'aws:SourceAccount': FOREIGN_ACCOUNT,
    ...(source !== undefined && { 'aws:SourceArn': source.replace(ACCOUNT, FOREIGN_ACCOUNT) }),
  };
  const probe = (context: Call['context'], because: string): Call => ({ ...call, context, because });
  if (source === undefined || !NAMES_ITS_SOURCE.test(call.caller.service))
    return [probe(foreign, 'another account')];
  const [other = ''] = source.includes(':execute-api:')
    ? [source.replace(/:(\w+)\//, ':x$1/')]
    : neighboursOf(source);
  return [
    probe(foreign, 'another account'),
    probe({ ...call.context, 'aws:SourceArn': other }, 'another resource of this account'),
  ];
};

const ENCRYPTED_ONLY = /^arn:aws:(s3|sns|sqs):/;

/** The same call without TLS. */
const plainProbe = (call: Call): Call[] =>
  ENCRYPTED_ONLY.test(call.resource)
    ? [{ ...call, context: { ...call.context, 'aws:SecureTransport': 'false' }, because: 'without TLS' }]
    : [];

/** Calls that differ from a needed one only in a condition. */
export const conditionProbes = (calls: readonly Call[]): Call[] =>
  calls.flatMap((call) => [...sourceProbes(call), ...plainProbe(call)]);
