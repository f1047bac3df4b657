export { seededRandom } from '../../core/shared/maths/seeded-random.ts';

/** A standard normal number from two uniform ones (Box & Muller 1958). */
export const normal = (random: () => number): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
