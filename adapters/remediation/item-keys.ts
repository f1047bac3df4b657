/** Keys of the items of the context remediation, all in one table. */
import { type ItemKey, tenantKey, timedKeys } from '../aws/dynamodb/item-key.ts';

export const remediationKey = (tenantId: string, remediationId: string): ItemKey =>
  tenantKey(tenantId, `REMEDIATION#${remediationId}`);

/** Sort keys of the list of remediations by the time at which they began. */
export const startSks = timedKeys('STARTED');
export const startKey = (tenantId: string, startedAt: number, remediationId: string): ItemKey =>
  tenantKey(tenantId, startSks.at(startedAt, remediationId));

export const policyKey = (tenantId: string): ItemKey => tenantKey(tenantId, 'POLICY');
export const killSwitchKey = (tenantId: string): ItemKey => tenantKey(tenantId, 'KILLSWITCH');
export const trackKey = (tenantId: string): ItemKey => tenantKey(tenantId, 'TRACK');
export const ledgerKey = (tenantId: string, environment: string): ItemKey =>
  tenantKey(tenantId, `LEDGER#${environment}`);

/** Sequence numbers with as many digits as the largest, so that keys sort by them. */
export const sequenceText = (sequence: number): string => String(sequence).padStart(12, '0');

/** Starts the sort keys of all decisions of a tenant. */
export const DECISIONS = 'DECISION#';
export const decisionKey = (tenantId: string, sequence: number): ItemKey =>
  tenantKey(tenantId, `${DECISIONS}${sequenceText(sequence)}`);

/** Starts the sort keys of the list of decisions about a remediation. */
export const decisionsOf = (remediationId: string): string => `DECISIONOF#${remediationId}#`;
export const decisionOfKey = (tenantId: string, remediationId: string, sequence: number): ItemKey =>
  tenantKey(tenantId, `${decisionsOf(remediationId)}${sequenceText(sequence)}`);

/** End of the chain of decisions. */
export const headKey = (tenantId: string): ItemKey => tenantKey(tenantId, 'HEAD');

/** A mapped alert. Names of alerts may contain anything. */
export const alertKey = (tenantId: string, source: string, name: string): ItemKey =>
  tenantKey(tenantId, `ALERT#${source}#${name}`);
