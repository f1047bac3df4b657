import { describe, expect, it } from 'vitest';
import { LastingResiduals } from '../../../../core/anomalies/engine/lasting-residuals.ts';
import { ByteReader, ByteWriter } from '../../../../core/shared/byte-buffer.ts';
import { seededRandom } from './daily-series.ts';

const noise = (random: () => number): number => 2 * (random() + random() + random() - 1.5);

const trained = (random: () => number): LastingResiduals => {
  const lasting = new LastingResiduals(2);
  // The second varies ten times as much as the first.
  for (let i = 0; i < 3000; i++) lasting.next([noise(random), 10 * noise(random)]);
  return lasting;
};

describe('lasting residuals', () => {
  it('returns nothing before thirty residuals, and for metrics that never moved', () => {
    const lasting = new LastingResiduals(2);
    for (let i = 0; i < 30; i++) expect(lasting.next([1, 2])).toMatchObject({ share: 0 });
    expect(lasting.next([1, 2]).share).toBeGreaterThan(0);
    const still = new LastingResiduals(1);
    for (let i = 0; i < 40; i++) expect(still.next([0])).toEqual({ worst: 0, isBelow: false, share: 0 });
  });

  it('measures each against its own past', () => {
    const random = seededRandom(1);
    const lasting = trained(random);
    let last = { worst: -1, isBelow: false, share: 0 };
    for (let i = 0; i < 24; i++) last = lasting.next([noise(random) - 3, 10 * noise(random)]);
    expect(last).toMatchObject({ worst: 0, isBelow: true });
    expect(last.share).toBeGreaterThan(1.5);
  });

  it('names the one with the largest move among those with a similar relative size', () => {
    const random = seededRandom(5);
    const lasting = new LastingResiduals(2);
    // Whenever the first moves, the second moves by half of it.
    for (let i = 0; i < 3000; i++) {
      const common = noise(random);
      lasting.next([2 * common, common]);
    }
    for (let i = 0; i < 24; i++) expect(lasting.next([8, 4.1]).share).toBeGreaterThan(0);
    expect(lasting.next([8, 4.1]).worst).toBe(0);
  });

  it('hardly reacts to one spike, and does not quickly adapt its scale to a fault', () => {
    const random = seededRandom(2);
    const lasting = trained(random);
    expect(lasting.next([1e9, 0]).share).toBeLessThan(3);
    const shares = Array.from({ length: 200 }, () => lasting.next([6, 0]).share);
    expect(shares.at(-1)).toBeGreaterThan(3);
  });

  it('continues identically after being saved, with the same number of residuals', () => {
    const random = seededRandom(3);
    const lasting = trained(random);
    const writer = new ByteWriter();
    lasting.save(writer);
    const again = new LastingResiduals(2);
    again.load(new ByteReader(writer.finish()));
    for (let i = 0; i < 50; i++) {
      const residuals = [noise(random), noise(random)];
      expect(again.next(residuals)).toEqual(lasting.next(residuals));
    }
    const other = new LastingResiduals(3);
    expect(() => other.load(new ByteReader(writer.finish()))).toThrow(
      'expected 3 lasting residuals, found 2',
    );
  });
});
