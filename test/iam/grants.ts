import type { Applicable } from './evaluate.ts';
import type { Policies, Statement } from './policies.ts';

/** One allowed action on one resource, by one statement of a policy. */
export interface Grant {
  /** The role, or the ARN of the resource whose policy contains the grant. */
  readonly holder: string;
  readonly action: string;
  /** `*` in a trust policy, which names no resource. */
  readonly resource: string;
  /** The service that a resource's policy allows to call. */
  readonly service: string | undefined;
  /** A policy statement of this grant alone. */
  readonly statement: Statement;
}

const servicesIn = ({ Principal }: Statement): readonly (string | undefined)[] => {
  if (Principal === undefined || Principal === '*') return [undefined];
  const { Service = [], ...others } = Principal;
  return Object.keys(others).length > 0 ? [undefined] : Service;
};

const grantsIn = (holder: string, statement: Statement): Grant[] =>
  statement.Effect === 'Deny'
    ? []
    : statement.Action.flatMap((action) =>
        (statement.Resource ?? ['*']).flatMap((resource) =>
          servicesIn(statement).map((service) => ({
            holder,
            action,
            resource,
            service,
            statement: {
              ...statement,
              Action: [action],
              ...(statement.Resource !== undefined && { Resource: [resource] }),
              ...(service !== undefined && { Principal: { Service: [service] } }),
            },
          })),
        ),
      );

const withoutRepeats = (grants: readonly Grant[]): Grant[] => [
  ...new Map(
    grants.map((grant) => [JSON.stringify([describeGrant(grant), grant.statement.Condition]), grant]),
  ).values(),
];

/** All grants of the policies of a stage. */
export const grantsOf = ({ ofRole, ofResource }: Policies): Grant[] =>
  withoutRepeats(
    [...ofRole, ...ofResource].flatMap(([holder, statements]) =>
      statements.flatMap((statement) => grantsIn(holder, statement)),
    ),
  );

const denialsIn = (statements: readonly Statement[]): readonly Statement[] =>
  statements.filter(({ Effect }) => Effect === 'Deny');

/** The statements that apply to a call, with one grant instead of all that allow something. */
export const onlyGrant = (grant: Grant, { identity, resource, ...others }: Applicable): Applicable => ({
  identity: [...denialsIn(identity), ...(grant.statement.Principal === undefined ? [grant.statement] : [])],
  resource: [...denialsIn(resource), ...(grant.statement.Principal === undefined ? [] : [grant.statement])],
  ...others,
});

export const describeGrant = ({ holder, action, resource, service }: Grant): string =>
  `${holder}: ${action} on ${resource}${service === undefined ? '' : ` by ${service}`}`;
