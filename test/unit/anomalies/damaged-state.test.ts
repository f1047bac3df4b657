import { deflateRawSync, inflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packGroupDetectors, unpackGroupDetectors } from '../../../core/anomalies/peers/group-detectors.ts';
import { packDetectors, unpackDetectors } from '../../../core/anomalies/tracking/target-detectors.ts';
import { NO_SETTINGS } from '../../../core/platform/settings/settings.ts';
import { InvalidInputError } from '../../../core/shared/errors.ts';
import { world as groupWorld, MIDNIGHT } from './peers/group-world.ts';
import { between, DAY, NOW, world as targetWorld } from './tracking/target-world.ts';

const targetState = async (): Promise<Uint8Array> => {
  const made = targetWorld({ settings: NO_SETTINGS });
  const points = between(NOW - 2 * DAY, NOW);
  for (const metric of ['cpu', 'memory']) made.store(points, metric);
  await made.follow([...made.blocks.values()]);
  return made.state()!.bytes;
};

const groupState = async (): Promise<Uint8Array> => {
  const made = groupWorld({ firstSeen: MIDNIGHT - DAY });
  await made.compare();
  return [...made.states.kept.values()][0]!.bytes;
};

/** Bytes written over a state from a position on, and the length at which it is cut off. */
const damage = fc.record({
  at: fc.oneof(fc.nat(20_000), fc.nat(200)),
  bytes: fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 12 }),
    fc.constant(Uint8Array.of(255, 255, 255, 255, 255, 255, 127)),
  ),
  end: fc.option(fc.nat(20_000), { nil: undefined }),
});

type Damage = typeof damage extends fc.Arbitrary<infer T> ? T : never;

/** Damages a state behind its compression, which has no checksum. */
const damaged = (intact: Uint8Array, { at, bytes, end }: Damage): Uint8Array => {
  const copy = Uint8Array.from(intact);
  const start = at % intact.length;
  copy.set(bytes.subarray(0, intact.length - start), start);
  return deflateRawSync(copy.subarray(0, end));
};

describe.each([
  ['a target', targetState, unpackDetectors, packDetectors],
  ['a group', groupState, unpackGroupDetectors, packGroupDetectors],
] as const)('a damaged state of %s', (_, state, unpack, pack) => {
  it('is unreadable, or it can be written again', async () => {
    const intact = inflateRawSync(await state());
    fc.assert(
      fc.property(damage, (how) => {
        let detectors: ReturnType<typeof unpack>;
        try {
          detectors = unpack(damaged(intact, how));
        } catch (error) {
          expect(error).toBeInstanceOf(InvalidInputError);
          return;
        }
        expect(pack(detectors as never).length).toBeGreaterThan(0);
      }),
      { numRuns: 3000 },
    );
  });
});
