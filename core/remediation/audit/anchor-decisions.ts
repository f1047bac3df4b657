import { UnreadableItemError } from '../../shared/errors.ts';
import { inParallel } from '../../shared/in-parallel.ts';
import { allItems } from '../../shared/page.ts';
import type { Telemetry } from '../../shared/telemetry.ts';
import type { Decision } from '../decision.ts';
import { BrokenChainError } from '../errors.ts';
import type { AnchorStore, DecisionStore, DecisionTenants } from '../ports.ts';
import { type ChainFault, verifyChain } from './verify-chain.ts';

export interface AnchorDeps {
  readonly tenants: DecisionTenants;
  readonly decisions: DecisionStore;
  readonly anchors: AnchorStore;
  readonly telemetry: Telemetry;
}

const TENANTS_AT_ONCE = 4;
const DECISIONS_PER_PAGE = 200;

/** Decisions after `after`, without those that were appended since the end was read. */
const decisionsUntil = async (
  { decisions }: AnchorDeps,
  tenantId: string,
  after: number,
  last: number,
): Promise<readonly Decision[]> => {
  const found: Decision[] = [];
  const list = (page: { readonly limit: number; readonly cursor?: string | undefined }) =>
    decisions.list(tenantId, { ...page, after });
  for await (const decision of allItems(list, DECISIONS_PER_PAGE)) {
    if (decision.sequence > last) break;
    found.push(decision);
  }
  return found;
};

const faultsSinceAnchor = async (
  deps: AnchorDeps,
  tenantId: string,
  now: number,
): Promise<readonly ChainFault[]> => {
  const anchor = await deps.anchors.latest(tenantId);
  const head = await deps.decisions.head(tenantId);
  const decisions = await decisionsUntil(deps, tenantId, anchor?.sequence ?? 0, head.sequence);
  const anchors = anchor === undefined ? [] : [{ ...anchor, at: Math.min(anchor.at, now) }];
  // What the last anchor covers was verified before it was written.
  const { faults } = verifyChain({ tenantId, decisions, anchors, head, keptSince: now });
  if (faults.length === 0) await deps.anchors.put(tenantId, { ...head, at: now });
  return faults;
};

/** Anchors a chain; false, having anchored nothing, if it does not verify. */
const anchorTenant = async (deps: AnchorDeps, tenantId: string, now: number): Promise<boolean> => {
  const { telemetry } = deps;
  try {
    const faults = await faultsSinceAnchor(deps, tenantId, now);
    if (faults.length === 0) {
      telemetry.info('anchored the chain of decisions', { tenantId });
      return true;
    }
    telemetry.error('the chain of decisions does not verify', { tenantId, faults: faults.slice(0, 20) });
  } catch (error) {
    if (!(error instanceof UnreadableItemError)) throw error;
    telemetry.error('the chain of decisions cannot be read', { tenantId }, error);
  }
  telemetry.count('DecisionChainBroken');
  return false;
};

/**
 * Verifies the chain of each tenant since its last anchor, and writes the next anchor. `now`: epoch seconds, the same for
 * all attempts of one run, so that a repeated run writes nothing twice.
 * @throws BrokenChainError after all other chains were anchored, if any does not verify
 */
export const anchorDecisions = async (
  deps: AnchorDeps,
  now: number,
): Promise<{ readonly tenants: number }> => {
  const tenants = await deps.tenants.listTenants();
  const sound = await inParallel(TENANTS_AT_ONCE, tenants, (tenantId) => anchorTenant(deps, tenantId, now));
  const broken = tenants.filter((_, index) => sound[index] !== true);
  if (broken.length > 0)
    throw new BrokenChainError(
      `the decisions of ${broken.slice(0, 10).join(', ')} do not verify: run "forestall audit verify" (docs/runbook.md, "A decision chain does not verify")`,
    );
  return { tenants: tenants.length };
};
