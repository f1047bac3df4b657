import { costOf, PRICES, type PriceKey } from './prices.ts';

/** Monthly usage of something that has a price. */
export interface UsageLine {
  readonly component: string;
  readonly what: string;
  readonly price: PriceKey;
  /** Per month. */
  readonly units: number;
}

export interface PricedLine extends UsageLine {
  /** US dollars per month: at list price, and after the always-free tier. */
  readonly list: number;
  readonly free: number;
}

/** Prices lines. Lines with the same price share one free tier, which the first lines use up first. */
export const priceLines = (lines: readonly UsageLine[]): readonly PricedLine[] => {
  const left = new Map<PriceKey, number>();
  return lines.map((line) => {
    const freeUnits = left.get(line.price) ?? PRICES.prices[line.price]!.free;
    const billed = Math.max(0, line.units - freeUnits);
    left.set(line.price, Math.max(0, freeUnits - line.units));
    return {
      ...line,
      list: costOf(line.price, line.units),
      free: costOf(line.price, billed),
    };
  });
};

/** The sum of both columns. */
export const totalOf = (lines: readonly PricedLine[]): { readonly list: number; readonly free: number } => ({
  list: lines.reduce((sum, { list }) => sum + list, 0),
  free: lines.reduce((sum, { free }) => sum + free, 0),
});

/** One line per component, in order of first appearance. */
export const byComponent = (
  lines: readonly PricedLine[],
): readonly (readonly [string, readonly PricedLine[]])[] => {
  const groups = new Map<string, PricedLine[]>();
  for (const line of lines) groups.set(line.component, [...(groups.get(line.component) ?? []), line]);
  return [...groups];
};
