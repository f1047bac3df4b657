/** Stored forms of a remediation, its entry in the list by time, and what the decisions of a tenant depend on. */
import * as z from 'zod';
import { Ledger } from '../../core/remediation/ledger.ts';
import { KillSwitch, RemediationPolicy } from '../../core/remediation/policy.ts';
import { Remediation } from '../../core/remediation/remediation.ts';
import { RETENTION_SECONDS } from '../../core/remediation/retention.ts';
import { TrackRecord } from '../../core/remediation/track-record.ts';
import { type StoredFormat, schemaVersionOf } from '../../core/shared/stored-format.ts';
import type { Item } from '../aws/dynamodb/table.ts';
import { type VersionedFormat, versioned } from '../aws/dynamodb/versioned-item.ts';
import { startKey } from './item-keys.ts';

export const REMEDIATION: VersionedFormat<Remediation> = {
  kind: 'remediation',
  version: 1,
  ...versioned(Remediation),
};

export const POLICY: VersionedFormat<RemediationPolicy> = {
  kind: 'remediation policy',
  version: 1,
  ...versioned(RemediationPolicy),
};

export const KILL_SWITCH: VersionedFormat<KillSwitch> = {
  kind: 'kill switch',
  version: 1,
  ...versioned(KillSwitch),
};

export const TRACK: VersionedFormat<TrackRecord> = {
  kind: 'track record',
  version: 1,
  ...versioned(TrackRecord),
};

export const LEDGER: VersionedFormat<Ledger> = {
  kind: 'ledger',
  version: 1,
  ...versioned(Ledger),
};

const StartItem = z.object({ remediationId: z.string() });
export const START: StoredFormat<z.infer<typeof StartItem>> = {
  kind: 'entry of a remediation',
  version: 1,
  schema: StartItem,
};

export const expiryOf = ({ startedAt }: Remediation): { readonly expiresAt: number } => ({
  expiresAt: startedAt + RETENTION_SECONDS,
});

/** The entry in the list by time, written with the first revision. */
export const startItem = (tenantId: string, remediation: Remediation): Item => ({
  ...startKey(tenantId, remediation.startedAt, remediation.remediationId),
  ...schemaVersionOf(START),
  remediationId: remediation.remediationId,
  ...expiryOf(remediation),
});
