import { describe, expect, it } from 'vitest';
import { MetricName, TargetId, TenantId } from '../../../core/shared/identifiers.ts';

describe('tenant IDs', () => {
  it.each(['ac', 'a-1', '0x', 'a'.repeat(39)])('include %s', (id) =>
    expect(TenantId.safeParse(id).success).toBe(true),
  );
  it.each(['', 'a', '-a', 'Acme', 'a_b', 'a#b', 'a/b', 'a b', 'acme\n', 'a'.repeat(40)])('exclude %j', (id) =>
    expect(TenantId.safeParse(id).success).toBe(false),
  );
});

describe('target IDs', () => {
  it.each(['a', 'Web-1', 'i-0abc', 'svc.v2:80@eu_1', 'a'.repeat(128)])('include %s', (id) =>
    expect(TargetId.safeParse(id).success).toBe(true),
  );
  it.each(['', '-a', '.a', 'a#b', 'a/b', 'a b', 'ä', 'a\n', 'a'.repeat(129)])('exclude %j', (id) =>
    expect(TargetId.safeParse(id).success).toBe(false),
  );
});

describe('metric names', () => {
  it.each(['m', 'system.cpu{core="0"}', 'CPU Auslastung %', 'ü', 'm'.repeat(256)])('include %s', (name) =>
    expect(MetricName.safeParse(name).success).toBe(true),
  );
  it.each(['', 'a#b', 'a\tb', 'a\n', 'a\u0000', 'a\u200b', 'a\u2028b', 'a\u202eb', 'm'.repeat(257)])(
    'exclude %j',
    (name) => expect(MetricName.safeParse(name).success).toBe(false),
  );
});
