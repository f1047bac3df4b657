import { randomStream } from '../../../core/simulator/random.ts';

const MINUTE = 60;

/**
 * When the person on call answers a question asked at `at` (epoch seconds): within 2 to 10 minutes by day (08:00 to
 * 20:00), within 5 to 20 minutes at night, when one question in ten is never answered: Infinity. These are assumptions,
 * of a rota that pages one person. `who` tells apart questions asked at the same time.
 */
export const answeredAt = (at: number, who = ''): number => {
  const random = randomStream(1, 'answer', `${who}/${at}`);
  const hour = Math.floor(at / 3600) % 24;
  if (hour >= 8 && hour < 20) return at + random.between(2, 10) * MINUTE;
  const isAwake = random.uniform() >= 0.1;
  const minutes = random.between(5, 20);
  return isAwake ? at + minutes * MINUTE : Number.POSITIVE_INFINITY;
};
