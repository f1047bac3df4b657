import { ARGUED_GRANTS, type ArguedGrant } from './argued-grants.ts';
import { applicableTo, type Call, CONTEXT_KEYS, isAllowed } from './evaluate.ts';
import { describeGrant, type Grant, grantsOf, onlyGrant } from './grants.ts';
import type { Policies } from './policies.ts';
import { conditionProbes, kindOf, resourceProbes } from './probes.ts';

const describeCall = ({ caller, action, resource, context, because }: Call): string => {
  const who = 'role' in caller ? caller.role : caller.service;
  return `${who}: ${action} on ${resource} ${JSON.stringify(context)} (${because})`;
};

const decisions = async (calls: readonly Call[], policies: Policies) =>
  Promise.all(
    calls.map(async (call) => ({ call, allowed: await isAllowed(call, applicableTo(call, policies)) })),
  );

/** Calls that the policies deny although the system makes them. */
export const deniedCalls = async (calls: readonly Call[], policies: Policies): Promise<string[]> =>
  (await decisions(calls, policies)).filter(({ allowed }) => !allowed).map(({ call }) => describeCall(call));

/** Calls that the policies allow although nothing makes them. */
export const needlesslyAllowed = async (calls: readonly Call[], policies: Policies): Promise<string[]> => {
  const probes = [...resourceProbes(calls, grantsOf(policies)), ...conditionProbes(onePerKind(calls))];
  return (await decisions(probes, policies))
    .filter(({ allowed }) => allowed)
    .map(({ call }) => describeCall(call));
};

/** Calls that no policy distinguishes, once. */
export const onePerKind = (calls: readonly Call[]): Call[] => [
  ...new Map(calls.map((call) => [`${kindOf(call)} ${JSON.stringify(call.context)}`, call])).values(),
];

/** The grants by which a call may be allowed: those of its role and those of its resource. */
const grantsFor = (
  { caller, resource }: Call,
  grants: ReadonlyMap<string, readonly Grant[]>,
): readonly Grant[] => [
  ...('role' in caller ? (grants.get(caller.role) ?? []) : []),
  ...(grants.get(resource) ?? []),
];

/** A grant is used if some call is allowed by no other one. */
const usedGrants = async (
  grants: readonly Grant[],
  calls: readonly Call[],
  policies: Policies,
): Promise<ReadonlySet<Grant>> => {
  const byHolder = Map.groupBy(grants, ({ holder }) => holder);
  const used = new Set<Grant>();
  for (const call of onePerKind(calls)) {
    const applicable = applicableTo(call, policies);
    const candidates = grantsFor(call, byHolder).filter(({ action }) => action === call.action);
    const sufficient = [];
    for (const grant of candidates)
      if (await isAllowed(call, onlyGrant(grant, applicable))) sufficient.push(grant);
    const [only, ...more] = sufficient;
    if (only !== undefined && more.length === 0) used.add(only);
  }
  return used;
};

const isArgued = ({ action, service, holder }: Grant, argued: ArguedGrant): boolean =>
  argued.actions.includes(action) && argued.service === service && argued.holder.test(holder);

/** Grants that no call needs and `argued` does not explain, and explanations of no such grant. */
export const unusedGrants = async (
  calls: readonly Call[],
  policies: Policies,
  argued: readonly ArguedGrant[] = ARGUED_GRANTS,
): Promise<string[]> => {
  const grants = grantsOf(policies);
  const used = await usedGrants(grants, calls, policies);
  const unused = grants.filter((grant) => !used.has(grant));
  const unexplained = unused.filter((grant) => !argued.some((each) => isArgued(grant, each)));
  const outdated = argued.filter(
    (each) => each.isUsedAtTimes !== true && !unused.some((grant) => isArgued(grant, each)),
  );
  return [
    ...unexplained.map(describeGrant),
    ...outdated.map(({ actions, holder }) => `outdated entry: ${actions.join(', ')} of ${holder.source}`),
  ];
};

const SUPPLIED_KEYS: ReadonlySet<string> = new Set(CONTEXT_KEYS);

/** Parts of policies that the evaluation would not judge correctly. */
export const unjudgedParts = (policies: Policies): string[] => [
  ...grantsOf(policies)
    .filter(({ action }) => /[*?]/.test(action))
    .map((grant) => `wildcard in an action: ${describeGrant(grant)}`),
  ...[...policies.ofRole, ...policies.ofResource, ...policies.boundaryOf].flatMap(([holder, statements]) =>
    statements
      .flatMap(({ Condition = {} }) => Object.values(Condition).flatMap(Object.keys))
      .filter((key) => !SUPPLIED_KEYS.has(key))
      .map((key) => `${holder}: no call carries ${key}, record it in local/emulator/record_calls.py`),
  ),
];
