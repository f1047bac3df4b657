/** An exported chain: one JSON object per line, so that a file of any size can be read and written line by line. */
import * as z from 'zod';
import { Json } from '../../shared/canonical-json.ts';
import { TenantId } from '../../shared/identifiers.ts';
import { Anchor, ChainHead, Decision } from '../decision.ts';
import type { ChainEvidence } from './verify-chain.ts';

/** The first line. */
const Title = z.strictObject({ tenantId: TenantId, head: ChainHead, exportedAt: z.iso.datetime() });

export const AuditLine = z.union([
  Title,
  z.strictObject({ anchor: Anchor }),
  z.strictObject({ decision: Decision }),
  z.strictObject({ inputsHash: z.string().length(64), inputs: Json }),
]);
export type AuditLine = z.infer<typeof AuditLine>;

/** What an export holds. */
export interface AuditRecord extends Omit<ChainEvidence, 'keptSince'> {
  /** Epoch seconds. */
  readonly exportedAt: number;
  readonly inputs: ReadonlyMap<string, Json>;
}

const isTitle = (line: AuditLine): line is z.infer<typeof Title> => 'tenantId' in line;

/** Undefined if the lines are not one export. */
export const auditRecordOf = (lines: readonly AuditLine[]): AuditRecord | undefined => {
  const [title, another] = lines.filter(isTitle);
  if (title === undefined || another !== undefined) return undefined;
  return {
    tenantId: title.tenantId,
    head: title.head,
    exportedAt: Date.parse(title.exportedAt) / 1000,
    anchors: lines.flatMap((line) => ('anchor' in line ? [line.anchor] : [])),
    decisions: lines.flatMap((line) => ('decision' in line ? [line.decision] : [])),
    inputs: new Map(lines.flatMap((line) => ('inputs' in line ? [[line.inputsHash, line.inputs]] : []))),
  };
};
