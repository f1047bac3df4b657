/**
 * What identities may do. `ingest`: send data about the fleet (metrics, traces, changes). `read`: read data and assess
 * plans. `operate`: act on incidents, forecast runs, the topology and settings. `administer`: manage API keys and read
 * the secrets of webhooks.
 */
export type Permission = Scope;

/** Permissions that an API key can hold, in the order in which they are listed. */
export const SCOPES = ['ingest', 'read', 'operate', 'administer'] as const;
export type Scope = (typeof SCOPES)[number];

/** Each scope once, in the order of the list. */
export const scopesOf = (given: Iterable<Scope>): readonly Scope[] => {
  const held = new Set(given);
  return SCOPES.filter((scope) => held.has(scope));
};
