import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  executionNameOf,
  RunId,
  type RunRequest,
  runIdOf,
  runRequestedAt,
} from '../../../core/forecasts/run-id.ts';
import { InvalidInputError } from '../../../core/shared/errors.ts';

const request = fc.record({
  tenantId: fc.constantFrom('acme', 'globex'),
  trigger: fc.constantFrom('schedule' as const, 'api' as const),
  requestedAt: fc.integer({ min: Date.UTC(2020), max: Date.UTC(2100) }),
  key: fc.string(),
});

describe('run ids', () => {
  it('contain the second of the request and are the same for the same request', () => {
    const asked: RunRequest = {
      tenantId: 'acme',
      trigger: 'schedule',
      requestedAt: Date.UTC(2026, 10, 21, 10, 5),
    };
    expect(runIdOf(asked)).toMatch(/^2026-11-21T10-05-00Z-[0-9a-f]{8}$/);
    expect(runIdOf({ ...asked, requestedAt: asked.requestedAt + 999 })).toBe(runIdOf(asked));
  });

  it('differ by tenant, trigger and key within one second', () => {
    const asked: RunRequest = { tenantId: 'acme', trigger: 'api', requestedAt: 0, key: 'a' };
    const ids = [
      asked,
      { ...asked, tenantId: 'other' },
      { ...asked, trigger: 'schedule' as const },
      { ...asked, key: 'b' },
    ];
    expect(new Set(ids.map(runIdOf)).size).toBe(4);
  });

  it('sort by time, match their schema and can be converted back to the time', () => {
    fc.assert(
      fc.property(request, request, (a, b) => {
        const [first, second] = [runIdOf(a), runIdOf(b)];
        expect(RunId.safeParse(first).success).toBe(true);
        expect(runRequestedAt(first)).toBe(Math.floor(a.requestedAt / 1000) * 1000);
        if (runRequestedAt(first) < runRequestedAt(second)) expect(first < second).toBe(true);
      }),
    );
  });

  it('give execution names that Step Functions accepts for the longest tenant', () => {
    const name = executionNameOf(
      `a${'b'.repeat(38)}`,
      runIdOf({ tenantId: 'a', trigger: 'api', requestedAt: 0 }),
    );
    expect(name).toMatch(/^[A-Za-z0-9_-]{1,80}$/);
  });

  it.each(['', 'yesterday', '2026-13-41T99-99-99Z-abcd', '2026-11-21T10:05:00Z-abcd'])(
    'rejects %j',
    (text) => {
      expect(() => runRequestedAt(text)).toThrow(InvalidInputError);
    },
  );
});
