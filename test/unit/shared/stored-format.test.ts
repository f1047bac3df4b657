import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { InvalidInputError, UnreadableItemError } from '../../../core/shared/errors.ts';
import {
  readListed,
  readStored,
  type StoredFormat,
  schemaVersionOf,
} from '../../../core/shared/stored-format.ts';
import { recordedTelemetry } from '../../fakes/shared.ts';

interface Lamp {
  readonly colour: string;
  readonly watts: number;
}

const LAMP: StoredFormat<Lamp> = {
  kind: 'lamp',
  version: 3,
  schema: z.object({ colour: z.string(), watts: z.number() }),
  upgrades: {
    1: ({ color, ...rest }) => ({ ...rest, colour: color }),
    2: ({ milliwatts, ...rest }) => ({ ...rest, watts: Number(milliwatts) / 1000 }),
  },
};
const read = (stored: unknown) => readStored(LAMP, stored, 'T#acme LAMP#1');
const failureOf = (stored: unknown, format: StoredFormat<Lamp> = LAMP): UnreadableItemError => {
  try {
    readStored(format, stored, 'T#acme LAMP#1');
  } catch (error) {
    if (error instanceof UnreadableItemError) return error;
    throw error;
  }
  throw new Error('it was read');
};

describe('a stored item', () => {
  it('is marked with the version of its format', () => {
    expect(schemaVersionOf(LAMP)).toEqual({ schemaVersion: 3 });
  });

  it('of this version is read, without the fields that the format does not know', () => {
    const stored = { schemaVersion: 3, pk: 'T#acme', colour: 'red', watts: 5 };
    expect(read(stored)).toEqual({ colour: 'red', watts: 5 });
  });

  it('of an older version is upgraded through every step', () => {
    expect(read({ schemaVersion: 2, colour: 'red', milliwatts: 5000 })).toEqual({ colour: 'red', watts: 5 });
    expect(read({ schemaVersion: 1, color: 'red', milliwatts: 5000 })).toEqual({ colour: 'red', watts: 5 });
  });

  it('of a newer version is rejected, and the error names the versions that can be read', () => {
    const error = failureOf({ schemaVersion: 4, colour: 'red', watts: 5 });
    expect(error.item).toBe('lamp T#acme LAMP#1');
    expect(error.message).toBe(
      'lamp T#acme LAMP#1 cannot be read: it has schema version 4, and this release reads versions 1 to 3',
    );
  });

  it('of a version without a step to the next is rejected', () => {
    const only2 = { ...LAMP, upgrades: { 2: LAMP.upgrades![2]! } };
    expect(failureOf({ schemaVersion: 1, color: 'red' }, only2).message).toContain(
      'it has schema version 1, and this release reads versions 2 to 3',
    );
  });

  it('is rejected by a format that never changed, if its version differs', () => {
    const first: StoredFormat<Lamp> = { kind: 'lamp', version: 2, schema: LAMP.schema };
    for (const schemaVersion of [1, 3])
      expect(failureOf({ schemaVersion, colour: 'red', watts: 5 }, first).message).toMatch(
        /this release reads version 2$/,
      );
  });

  it('is not upgraded beyond the version of the format, even if a step is left in its table', () => {
    const odd = { ...LAMP, version: 1, upgrades: { 1: () => ({}), 2: () => ({}) } };
    expect(readStored(odd, { schemaVersion: 1, colour: 'red', watts: 5 }, 'x').colour).toBe('red');
    expect(() => readStored(odd, { schemaVersion: 2, colour: 'red', watts: 5 }, 'x')).toThrow(
      UnreadableItemError,
    );
  });

  it.each([
    [{ colour: 'red', watts: 5 }],
    [{ schemaVersion: '3', colour: 'red', watts: 5 }],
    [{ schemaVersion: 0, colour: 'red', watts: 5 }],
    [{ schemaVersion: 2.5, colour: 'red', watts: 5 }],
    ['text'],
    [undefined],
  ])('without a proper version is rejected: %j', (stored) => {
    const error = failureOf(stored);
    expect(error.message).toContain('it has no schema version');
    expect(error.cause).toBeInstanceOf(z.ZodError);
  });

  it('that is damaged is rejected, and the error names the field', () => {
    const error = failureOf({ schemaVersion: 3, colour: 'red', watts: 'many' });
    expect(error.message).toContain('watts');
    expect(error.cause).toBeInstanceOf(z.ZodError);
  });
});

describe('a list of stored items', () => {
  const good = { schemaVersion: 3, colour: 'red', watts: 5 };

  it('omits items that cannot be read, and reports each', () => {
    const { telemetry, lines, counts } = recordedTelemetry();
    const items = [good, { ...good, schemaVersion: 9 }, { ...good, colour: 'blue' }, {}];
    expect(readListed(items, read, telemetry).map(({ colour }) => colour)).toEqual(['red', 'blue']);
    expect(counts).toEqual({ ItemUnreadable: 2 });
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatchObject({
      level: 'error',
      message: 'skipped a stored item that cannot be read',
      fields: { item: 'lamp T#acme LAMP#1' },
      cause: { name: 'UnreadableItemError' },
    });
  });

  it('does not hide any other failure', () => {
    const { telemetry, counts } = recordedTelemetry();
    const fail = () => {
      throw new InvalidInputError('a fault of the reader');
    };
    expect(() => readListed([good], fail, telemetry)).toThrow('a fault of the reader');
    expect(counts).toEqual({});
  });

  it('without items is empty', () => {
    expect(readListed([], read, recordedTelemetry().telemetry)).toEqual([]);
  });
});
