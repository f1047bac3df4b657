import { InvalidInputError } from '../../shared/errors.ts';
import { allItems } from '../../shared/page.ts';
import type { Decision } from '../decision.ts';
import { diagnosisHash } from '../diagnosis-hash.ts';
import type { AnchorHistory, DecisionInputs, DecisionStore } from '../ports.ts';
import type { AuditLine } from './audit-line.ts';
import type { ChainEvidence } from './verify-chain.ts';

export interface RecordStores {
  readonly decisions: DecisionStore;
  readonly anchors: AnchorHistory;
  readonly inputs: Pick<DecisionInputs, 'get'>;
}

const DECISIONS_PER_PAGE = 200;

/** The whole chain of a tenant, up to the decision that was the last when reading began. */
export const readEvidence = async (
  { decisions, anchors }: Omit<RecordStores, 'inputs'>,
  tenantId: string,
): Promise<Omit<ChainEvidence, 'keptSince'>> => {
  const anchored = await anchors.list(tenantId);
  const head = await decisions.head(tenantId);
  const found: Decision[] = [];
  for await (const decision of allItems((page) => decisions.list(tenantId, page), DECISIONS_PER_PAGE))
    if (decision.sequence <= head.sequence) found.push(decision);
  return { tenantId, decisions: found, anchors: anchored, head };
};

/**
 * The lines of an export of a tenant's chain, with the recorded inputs, also those of diagnoses.
 * @throws InvalidInputError if the tenant has no decisions
 */
export async function* exportLines(
  stores: RecordStores,
  tenantId: string,
  now: Date,
): AsyncGenerator<AuditLine, void> {
  const { head, anchors, decisions } = await readEvidence(stores, tenantId);
  if (head === undefined || head.sequence === 0)
    throw new InvalidInputError(`tenant ${tenantId} has no decisions`);
  yield { tenantId, head, exportedAt: now.toISOString() };
  for (const anchor of anchors) yield { anchor };
  const exported = new Set<string>();
  for (const decision of decisions) {
    yield { decision };
    let hash = decision.inputsHash ?? undefined;
    // The inputs of a choice name those of the diagnosis that it rests on.
    while (hash !== undefined && !exported.has(hash)) {
      exported.add(hash);
      const inputs = await stores.inputs.get(tenantId, hash);
      if (inputs !== undefined) yield { inputsHash: hash, inputs };
      hash = diagnosisHash(inputs);
    }
  }
}
