import type { RemediationPolicy } from './policy.ts';

/** The targets that a problem, or an action on the resource (null: on any resource of the targets), touches. */
export const affectedTargets = (
  policy: RemediationPolicy | undefined,
  targetIds: readonly string[],
  resource: string | null,
): ReadonlySet<string> => {
  const managed = (policy?.resources ?? []).filter((each) =>
    resource === null
      ? each.targets.some((target) => targetIds.includes(target))
      : each.resource === resource,
  );
  return new Set([...targetIds, ...managed.flatMap(({ targets }) => targets)]);
};
