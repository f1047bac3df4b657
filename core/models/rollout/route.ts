/** Which version answers for a series, and which one is computed beside it for comparison. Pure. */
import { DAY_SECONDS } from '../../shared/time.ts';
import { isTrusted, type LineUp } from '../line-up.ts';
import type { RouteEntry, RoutingTable } from '../routing-table.ts';
import type { SemanticVersion } from '../semantic-version.ts';
import { positionOf } from './stable-share.ts';

export interface Route {
  /** Its forecast is published. */
  readonly serves: SemanticVersion;
  /** Its forecast is only scored; null if nothing is compared. */
  readonly shadow: SemanticVersion | null;
  /** Part of the experiment: `candidate` and `control` are compared; `outside` takes no part. */
  readonly arm: 'candidate' | 'control' | 'outside';
}

export interface RouteQuestion {
  readonly tenantId: string;
  /** Names the series within its tenant. */
  readonly series: string;
  /** Epoch seconds. */
  readonly now: number;
}

/** The entry for a region, else the one for all regions. */
export const entryFor = (
  { entries }: RoutingTable,
  kind: string,
  region: string | null,
): RouteEntry | undefined => {
  const own = entries.filter((entry) => entry.kind === kind);
  return own.find((entry) => entry.region === region) ?? own.find((entry) => entry.region === null);
};

/** After a promotion, the version before it is computed for this long, so that drift finds something to compare. */
export const WATCH_SECONDS = DAY_SECONDS;

const withoutRollout = ({ champion, championSince, former: [before] }: LineUp, now: number): Route => {
  const isWatched = before !== undefined && now < championSince + WATCH_SECONDS;
  return { serves: champion, shadow: isWatched ? before : null, arm: 'outside' };
};

/**
 * The route of a series. Units are series in a tenant's own line-up, and tenants in the shared one. While a rollout is
 * under way, both versions are computed for every series, so that there are pairs to compare.
 */
export const routeOf = (
  lineUp: LineUp,
  entry: Pick<RouteEntry, 'follows' | 'pinned'> | undefined,
  { tenantId, series, now }: RouteQuestion,
): Route => {
  const { champion, challenger } = lineUp;
  const pinned = entry?.pinned ?? null;
  // A version that was rolled back serves nobody, pinned or not.
  if (pinned !== null && isTrusted(lineUp, pinned)) return { serves: pinned, shadow: null, arm: 'outside' };
  if (challenger === null) return withoutRollout(lineUp, now);
  const unit = entry?.follows === 'shared' ? tenantId : `${tenantId}/${series}`;
  const position = positionOf(challenger.rolloutId, unit);
  if (position < challenger.share) return { serves: challenger.version, shadow: champion, arm: 'candidate' };
  const arm = position < challenger.enrolled ? 'control' : 'outside';
  return { serves: champion, shadow: challenger.version, arm };
};
