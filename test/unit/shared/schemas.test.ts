import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { eventFields } from '../../../core/shared/domain-event.ts';
import { numberOrNaN, objectOf, orUndefined } from '../../../core/shared/schemas.ts';

describe('schemas of declared types', () => {
  const Point = objectOf<{ readonly at: number; readonly label: string | undefined }>()({
    at: z.number(),
    label: orUndefined(z.string()),
  });

  it('read what JSON contains, with undefined for what it omits', () => {
    expect(Point.parse(JSON.parse(JSON.stringify({ at: 1, label: undefined })))).toEqual({
      at: 1,
      label: undefined,
    });
    expect(Point.parse({ at: 1, label: 'a' })).toEqual({ at: 1, label: 'a' });
  });

  it('reject null, which JSON writes only for numbers without a value', () => {
    expect(Point.safeParse({ at: 1, label: null }).success).toBe(false);
    expect(Point.safeParse({ at: null, label: 'a' }).success).toBe(false);
  });

  it('return NaN as NaN after a round trip through JSON', () => {
    const Value = z.object({ value: numberOrNaN });
    for (const value of [Number.NaN, 0, -1.5])
      expect(Value.parse(JSON.parse(JSON.stringify({ value })))).toEqual({ value });
    expect(Value.safeParse({}).success).toBe(false);
  });
});

describe('fields of every event', () => {
  const Event = z.object(eventFields);
  const event = { id: 'e', tenantId: 'acme', occurredAt: '2026-11-21T10:00:00.000Z' };

  it('are an ID, a tenant and a UTC time', () => {
    expect(Event.parse(event)).toEqual(event);
    for (const field of Object.keys(event))
      expect(Event.safeParse({ ...event, [field]: undefined }).success).toBe(false);
    expect(Event.safeParse({ ...event, occurredAt: 'yesterday' }).success).toBe(false);
  });
});
