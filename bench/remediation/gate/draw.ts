/** Draws from a seeded source, so that each world can be made again from its number. */
import { seededRandom } from '../../shared/seeded-random.ts';

export interface Draw {
  /** True with this probability. */
  chance(probability: number): boolean;
  /** Whole number between both, inclusive. */
  whole(min: number, max: number): number;
  one<Item>(items: readonly Item[]): Item;
  some<Item>(items: readonly Item[], probability: number): Item[];
}

export const drawFrom = (seed: number): Draw => {
  const random = seededRandom(seed);
  const whole = (min: number, max: number): number => min + Math.floor(random() * (max - min + 1));
  const chance = (probability: number): boolean => random() < probability;
  return {
    ...{ chance, whole },
    one: (items) => items[whole(0, items.length - 1)]!,
    some: (items, probability) => items.filter(() => chance(probability)),
  };
};
