/** Number of sets that contain a player beside `others` given ones, as a weight of their average. */
const weightOf = (others: number, players: number): number => {
  let weight = 1 / players;
  for (let i = 1; i <= others; i++) weight *= i / (players - i);
  return weight;
};

const bitsOf = (set: number): number => {
  let count = 0;
  for (let rest = set; rest > 0; rest >>= 1) count += rest & 1;
  return count;
};

/**
 * Shapley values of `players` players: what each adds on average over all orders in which they can come together
 * (Shapley 1953; for predictions Štrumbelj & Kononenko 2010). `values[set]` is the value of the set whose members are the
 * bits of `set`; length 2 ** players. They sum to the value of all players less that of none.
 */
export const shapleyValues = (values: readonly number[], players: number): number[] =>
  Array.from({ length: players }, (_, player) => {
    const own = 1 << player;
    let total = 0;
    for (let set = 0; set < values.length; set++)
      if ((set & own) === 0) total += weightOf(bitsOf(set), players) * (values[set | own]! - values[set]!);
    return total;
  });

/**
 * Whole percentages in proportion to `amounts`, of which negative ones count as nothing; they sum to 100 (largest
 * remainders). Zeros if no amount is positive.
 */
export const wholePercentages = (amounts: readonly number[]): number[] => {
  const positive = amounts.map((amount) => Math.max(0, amount));
  const total = positive.reduce((sum, amount) => sum + amount, 0);
  if (!(total > 0)) return positive.map(() => 0);
  const exact = positive.map((amount) => (100 * amount) / total);
  const shares = exact.map(Math.floor);
  const missing = 100 - shares.reduce((sum, share) => sum + share, 0);
  const byRemainder = [...exact.keys()].sort(
    (a, b) => exact[b]! - shares[b]! - (exact[a]! - shares[a]!) || a - b,
  );
  for (const index of byRemainder.slice(0, missing)) shares[index]! += 1;
  return shares;
};
