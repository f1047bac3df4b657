/**
 * Stored items outlive the release that wrote them. Each kind declares its format: a schema, and a version that is
 * incremented whenever a release that knows only the older schema would misread the item.
 */

import * as z from 'zod';
import { describeIssues } from './describe-issues.ts';
import { UnreadableItemError } from './errors.ts';
import type { Telemetry } from './telemetry.ts';

type Fields = Readonly<Record<string, unknown>>;

export interface StoredFormat<Content> {
  /** Names the kind in messages: "incident". */
  readonly kind: string;
  readonly version: number;
  readonly schema: z.ZodType<Content>;
  /** For each older version that may still be stored, the step to the next version. */
  readonly upgrades?: Readonly<Record<number, (older: Fields) => Fields>>;
}

/** The fields that mark an item as one of the format. */
export const schemaVersionOf = ({ version }: Pick<StoredFormat<unknown>, 'version'>) => ({
  schemaVersion: version,
});

const Versioned = z.looseObject({ schemaVersion: z.number().int().positive() });

/** Upgrades an older item to the current version, step by step. */
const upgraded = (format: StoredFormat<unknown>, stored: unknown, item: string): Fields => {
  const versioned = Versioned.safeParse(stored);
  if (!versioned.success) throw new UnreadableItemError(item, 'it has no schema version', versioned.error);
  let fields: Fields = versioned.data;
  for (let version = versioned.data.schemaVersion; version !== format.version; version++) {
    const upgrade = format.upgrades?.[version];
    if (version > format.version || upgrade === undefined) {
      const found = `it has schema version ${versioned.data.schemaVersion}`;
      throw new UnreadableItemError(item, `${found}, and this release reads ${readable(format)}`);
    }
    fields = upgrade(fields);
  }
  return fields;
};

const readable = ({ version, upgrades = {} }: StoredFormat<unknown>): string => {
  const oldest = Math.min(version, ...Object.keys(upgrades).map(Number));
  return oldest === version ? `version ${version}` : `versions ${oldest} to ${version}`;
};

/**
 * Reads the content of a stored item of this or an older version; `name` is its key.
 * @throws UnreadableItemError if the item is damaged, or if a newer release wrote it
 */
export const readStored = <Content>(
  format: StoredFormat<Content>,
  stored: unknown,
  name: string,
): Content => {
  const item = `${format.kind} ${name}`;
  const parsed = format.schema.safeParse(upgraded(format, stored, item));
  if (!parsed.success) throw new UnreadableItemError(item, describeIssues(parsed.error), parsed.error);
  return parsed.data;
};

/** Counts and logs skipped items. */
export type SkipTelemetry = Pick<Telemetry, 'count' | 'error'>;

/**
 * Reads the items of a list. An unreadable item does not hide its neighbours: it is skipped, logged and counted as
 * `ItemUnreadable`. Use it only if an incomplete list does no harm; a list that is read in order to be written back
 * must fail instead.
 */
export const readListed = <Stored, Content>(
  items: readonly Stored[],
  read: (item: Stored) => Content,
  telemetry: SkipTelemetry,
): Content[] =>
  items.flatMap((stored) => {
    try {
      return [read(stored)];
    } catch (error) {
      if (!(error instanceof UnreadableItemError)) throw error;
      telemetry.count('ItemUnreadable');
      telemetry.error('skipped a stored item that cannot be read', { item: error.item }, error);
      return [];
    }
  });
