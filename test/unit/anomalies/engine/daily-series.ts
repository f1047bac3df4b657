/** A seeded uniform generator (mulberry32): the tests' only source of randomness. */
export const seededRandom = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
};

/** Five-minute points of a daily rhythm with noise. */
export const dailySeries = (points: number, seed: number): { timestamps: number[]; values: number[] } => {
  const random = seededRandom(seed);
  const timestamps = Array.from({ length: points }, (_, i) => 1_700_000_000 + i * 300);
  const values = timestamps.map(
    (t) => 50 + 20 * Math.sin((t / 86_400) * 2 * Math.PI) + 4 * (random() + random() - 1),
  );
  return { timestamps, values };
};
