import { Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readExport } from '../../../cli/input/read-export.ts';
import { InvalidInputError } from '../../../core/shared/errors.ts';
import { CLOUDWATCH_WRITER, EXPORT_WRITERS, type Table } from './export-writers.ts';

interface Disguise {
  readonly encoding: 'utf8' | 'utf16le';
  readonly mark: boolean;
  readonly lineEnd: '\n' | '\r\n' | '\r';
  readonly blankLines: number;
  readonly chunk: number;
}

const START = Date.UTC(2026, 0, 5) / 1000;
const tables: fc.Arbitrary<Table> = fc
  .record({
    names: fc.uniqueArray(fc.stringMatching(/^[a-z][a-z_]{2,8}$/), {
      minLength: 1,
      maxLength: 4,
    }),
    steps: fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 12 }),
    seed: fc.infiniteStream(
      fc.option(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e9, max: 1e9 })),
    ),
  })
  .map(({ names, steps, seed }) => {
    let time = START;
    const times = steps.map((step) => (time += step * 60));
    const known = names.map((name) => `x${name}`);
    const next = () => seed.next().value ?? null;
    return { names: known, times, rows: times.map(() => known.map(next)) };
  });
const disguises: fc.Arbitrary<Disguise> = fc.record({
  encoding: fc.constantFrom('utf8', 'utf16le'),
  mark: fc.boolean(),
  lineEnd: fc.constantFrom('\n', '\r\n', '\r'),
  blankLines: fc.integer({ min: 0, max: 3 }),
  chunk: fc.integer({ min: 1, max: 4000 }),
});

const chunksOf = (bytes: Uint8Array, size: number): Uint8Array[] =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size));

const disguise = (text: string, { encoding, mark, lineEnd, blankLines, chunk }: Disguise): Uint8Array[] => {
  const lines = (text + '\n'.repeat(blankLines)).replaceAll('\n', lineEnd);
  return chunksOf(Buffer.from((mark ? '\uFEFF' : '') + lines, encoding), chunk);
};

const read = async (chunks: readonly Uint8Array[]): Promise<{ points: unknown[][]; lines: string[] }> => {
  const [points, lines]: [unknown[][], string[]] = [[], []];
  const input = { name: 'f', stream: Readable.from(chunks) };
  for await (const batch of readExport(input, { report: (line) => lines.push(line) }))
    for (const { series, timestamp, value } of batch) points.push([series.name, timestamp, value]);
  return { points, lines };
};

const byNameAndTime = (points: readonly (readonly unknown[])[]) =>
  points.map((point) => JSON.stringify(point)).sort();

const pointsOf = ({ names, times, rows }: Table, nameOf: (name: string) => string, withGaps: boolean) =>
  names.flatMap((name, column) =>
    times.flatMap((time, at) => {
      const value = rows[at]?.[column] ?? null;
      return value === null && !withGaps ? [] : [[nameOf(name), time, value ?? Number.NaN]];
    }),
  );

describe('the same series in every format', () => {
  it.each(EXPORT_WRITERS)('$format', async ({ format, write, nameOf = (name) => name }) => {
    await fc.assert(
      fc.asyncProperty(tables, disguises, async (table, how) => {
        const { points, lines } = await read(disguise(write(table), how));
        expect(byNameAndTime(points)).toEqual(byNameAndTime(pointsOf(table, nameOf, true)));
        if (format !== 'CSV with one point a row') expect(lines[0]).toContain(`f: read as ${format}`);
      }),
      { numRuns: 60 },
    );
  });

  it('CloudWatch get-metric-data, which has no gaps', async () => {
    await fc.assert(
      fc.asyncProperty(tables, disguises, async (table, how) => {
        const { points } = await read(disguise(CLOUDWATCH_WRITER.write(table), how));
        expect(byNameAndTime(points)).toEqual(byNameAndTime(pointsOf(table, (name) => name, false)));
      }),
      { numRuns: 60 },
    );
  });
});

describe('damaged exports', () => {
  const outcomeOf = async (chunks: readonly Uint8Array[]): Promise<'read' | 'refused'> => {
    try {
      const { points } = await read(chunks);
      for (const [, timestamp] of points) expect(Number.isFinite(timestamp)).toBe(true);
      return 'read';
    } catch (error) {
      expect(error).toBeInstanceOf(InvalidInputError);
      expect(String(error)).toMatch(/f.*found .*expected /s);
      return 'refused';
    }
  };

  it('are read or refused with the documented error, whatever the bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => void (await outcomeOf([bytes]))),
      { numRuns: 500 },
    );
  });

  it('are read or refused if a piece of a real one is cut out, doubled or replaced', async () => {
    const writers = [...EXPORT_WRITERS, CLOUDWATCH_WRITER];
    const seen = new Set<string>();
    const damage = fc.record({
      from: fc.double({ min: 0, max: 1, noNaN: true }),
      length: fc.integer({ min: 0, max: 40 }),
      filling: fc.oneof(fc.string(), fc.constantFrom('"', ',', ';', '\n', '{', ']', 'null', '1e999', '\0')),
    });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...writers), tables, damage, async ({ write }, table, how) => {
        const text = write(table);
        const at = Math.floor(how.from * text.length);
        const damaged = text.slice(0, at) + how.filling + text.slice(at + how.length);
        seen.add(await outcomeOf([Buffer.from(damaged)]));
      }),
      { numRuns: 600 },
    );
    expect([...seen].sort()).toEqual(['read', 'refused']);
  });
});
