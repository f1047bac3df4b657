/** Paging, published events and telemetry in memory. */

import * as z from 'zod';
import { decodeCursor, encodeCursor } from '../../core/shared/cursor.ts';
import type { DomainEvent } from '../../core/shared/domain-event.ts';
import type { DeadLetters } from '../../core/shared/messaging.ts';
import type { Page, PageRequest } from '../../core/shared/page.ts';
import type { Telemetry } from '../../core/shared/telemetry.ts';

/** A page of items in the order given; the cursor is the index of the next item. */
export const pageOf = <Item>(
  scope: string,
  items: readonly Item[],
  { limit, cursor }: PageRequest,
): Page<Item> => {
  const from = cursor === undefined ? 0 : decodeCursor(scope, cursor, z.tuple([z.number()]))[0];
  const end = from + limit;
  return {
    items: items.slice(from, end),
    nextCursor: end < items.length ? encodeCursor(scope, [end]) : undefined,
  };
};

export const memoryEvents = () => {
  const published: DomainEvent[] = [];
  const publish = async (events: readonly DomainEvent[]) => {
    published.push(...events);
  };
  return { events: { publish }, published };
};

export const memoryDeadLetters = () => {
  const parked: { message: string; reason: string }[] = [];
  const deadLetters: DeadLetters = {
    park: async (message, reason) => {
      parked.push({ message, reason });
    },
  };
  return { deadLetters, parked };
};

export const recordedTelemetry = () => {
  const lines: {
    level: 'info' | 'error';
    message: string;
    fields: Readonly<Record<string, unknown>>;
    cause?: unknown;
  }[] = [];
  const counts: Record<string, number> = {};
  const telemetry: Telemetry = {
    info: (message, fields) => lines.push({ level: 'info', message, fields }),
    error: (message, fields, cause) => lines.push({ level: 'error', message, fields, cause }),
    count: (outcome, amount = 1) => {
      counts[outcome] = (counts[outcome] ?? 0) + amount;
    },
  };
  return { telemetry, lines, counts };
};
