/** Which line-up a tenant's forecasts follow, per kind of model and region. Without an entry: the tenant's own. */
import * as z from 'zod';
import { ModelKind } from './model-artefact.ts';
import { SemanticVersion } from './semantic-version.ts';

export const RouteEntry = z.strictObject({
  kind: ModelKind,
  /** Null: in every region that has no entry of its own. */
  region: z.string().min(1).max(60).nullable(),
  /** `shared`: the line-up that all tenants share, rolled out tenant by tenant. */
  follows: z.enum(['own', 'shared']),
  /** A present or earlier champion that serves in place of the present one; null for none. */
  pinned: SemanticVersion.nullable(),
});
export type RouteEntry = z.infer<typeof RouteEntry>;

const isUnique = (entries: readonly RouteEntry[]): boolean =>
  new Set(entries.map(({ kind, region }) => JSON.stringify([kind, region]))).size === entries.length;

export const MAX_ROUTES = 200;

export const RoutingTable = z.strictObject({
  entries: z
    .array(RouteEntry)
    .max(MAX_ROUTES)
    .refine(isUnique, 'expected one entry for each kind and region'),
});
export type RoutingTable = z.infer<typeof RoutingTable>;

export const NO_ROUTES: RoutingTable = { entries: [] };
