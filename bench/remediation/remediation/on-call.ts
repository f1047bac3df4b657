import { randomStream } from '../../../core/simulator/random.ts';

/**
 * When the people on call answer a question asked at `at` (epoch seconds): within ten minutes by day; at night every
 * second question is answered, after forty minutes. Infinity: never.
 */
export const answeredAt = (at: number): number => {
  const hour = Math.floor(at / 3600) % 24;
  if (hour >= 8 && hour < 20) return at + 600;
  const isAwake = randomStream(1, 'answer', at).uniform() < 0.5;
  return isAwake ? at + 2400 : Number.POSITIVE_INFINITY;
};
