/** End of each horizon block as a share of the horizon: fine for short leads, coarse for long ones. */
const BLOCK_SHARES = [0.04, 0.13, 0.34, 0.67, 1];

/** Last lead of each block, ascending; the last one is the horizon. */
export const horizonBlocks = (horizon: number): Int32Array =>
  Int32Array.from(new Set(BLOCK_SHARES.map((share) => Math.max(1, Math.round(share * horizon)))));

/** Leads to test in the blocks up to `maxLead`: ascending, about `perBlock` per block, including the block's end. */
const spreadLeads = (blockEnds: Int32Array, perBlock: number, maxLead: number): Int32Array => {
  const leads = new Set<number>();
  let from = 0;
  for (const end of blockEnds) {
    const last = Math.min(end, maxLead);
    for (let k = 1; k <= perBlock; k++) {
      leads.add(Math.max(from + 1, Math.round(from + ((last - from) * k) / perBlock)));
    }
    from = last;
  }
  return Int32Array.from([...leads].filter((lead) => lead <= maxLead).sort((a, b) => a - b));
};

/** Leads to test on a history of `n` steps: at most half of it, so that several origins can test each. */
export const testLeads = (blockEnds: Int32Array, perBlock: number, n: number): Int32Array =>
  spreadLeads(blockEnds, perBlock, Math.max(1, Math.min(blockEnds.at(-1)!, Math.floor(n / 2))));
