/** Names that the API accepts fit into the keys that are built of them: DynamoDB counts bytes. */
import { describe, expect, it } from 'vitest';
import { anomalyKey } from '../../../adapters/anomalies/item-keys.ts';
import { changeEntryKey, changeRecordKey, outcomeKey } from '../../../adapters/changes/item-keys.ts';
import { breachKey, runClaimKey } from '../../../adapters/forecasts/item-keys.ts';
import { blockKey, targetItemKey } from '../../../adapters/metrics/item-keys.ts';
import { keyUseKey, notedKey, quotaKey, responseKey } from '../../../adapters/platform/item-keys.ts';
import { ChangePath } from '../../../core/changes/api/changes.ts';
import { IdempotencyKey } from '../../../core/platform/api/idempotency-key.ts';
import { windowAt } from '../../../core/platform/api/quotas.ts';
import { MetricName, TargetId, TenantId } from '../../../core/shared/identifiers.ts';
import { MAX_INSTANT } from '../../../core/shared/instant.ts';

const tenant = TenantId.parse('t'.repeat(39));
const target = TargetId.parse('x'.repeat(128));
const change = ChangePath.parse({ changeId: 'x'.repeat(128) }).changeId;
const idempotency = IdempotencyKey.parse('~'.repeat(128));
const HOUR = Math.floor(MAX_INSTANT / 3600);

const keysWith = (metric: string) => ({
  anomaly: anomalyKey(tenant, MAX_INSTANT, target, metric),
  breach: breachKey(tenant, target, metric),
  change: changeEntryKey(tenant, MAX_INSTANT, change),
  'change record': changeRecordKey(tenant, change),
  outcome: outcomeKey(tenant, MAX_INSTANT, change),
  block: blockKey(tenant, target, HOUR),
  target: targetItemKey(tenant, target),
  quota: quotaKey(tenant, windowAt('newTargetsPerDay', MAX_INSTANT * 1000)),
  'things of a quota': notedKey(tenant, windowAt('newTargetsPerDay', MAX_INSTANT * 1000), 'ff'),
  'claim on a run': runClaimKey(tenant, idempotency),
  response: responseKey(tenant, idempotency),
  'key use': keyUseKey(tenant, 'a'.repeat(12)),
});

describe('the longest keys', () => {
  it.each([
    ['of one byte each', 'm'.repeat(256)],
    ['of two bytes each', 'é'.repeat(128)],
    ['of four bytes each', '\u{1f600}'.repeat(64)],
  ])('fit with names in characters %s', (_, name) => {
    for (const [kind, { pk, sk }] of Object.entries(keysWith(MetricName.parse(name)))) {
      expect(Buffer.byteLength(pk), kind).toBeLessThanOrEqual(2_048);
      expect(Buffer.byteLength(sk), kind).toBeLessThanOrEqual(1_024);
    }
  });

  it('are the reason why names of 256 characters are refused if those take four bytes each', () => {
    const name = '\u{1f600}'.repeat(256);
    expect(MetricName.safeParse(name).success).toBe(false);
    expect(Buffer.byteLength(keysWith(name).anomaly.sk)).toBeGreaterThan(1_024);
  });
});
