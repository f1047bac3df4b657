import * as z from 'zod';
import table from './prices-us-east-1.json' with { type: 'json' };

const Price = z.strictObject({
  usd: z.number().nonnegative(),
  /** Units that `usd` buys. */
  per: z.number().positive(),
  /** Units per month that are always free. */
  free: z.number().nonnegative(),
  source: z.string(),
});

const PriceTable = z
  .strictObject({
    region: z.string(),
    currency: z.literal('USD'),
    asOf: z.iso.date(),
    sources: z.record(z.string(), z.string()),
    prices: z.record(z.string(), Price),
  })
  .refine(({ sources, prices }) => Object.values(prices).every(({ source }) => source in sources), {
    message: 'every price must name one of the sources',
  });

export type PriceKey = keyof typeof table.prices;

/** The checked-in prices with their date and sources. */
export const PRICES = PriceTable.parse(table);

/** List price of `units` in US dollars. */
export const costOf = (key: PriceKey, units: number): number => {
  const { usd, per } = PRICES.prices[key]!;
  return (units / per) * usd;
};
