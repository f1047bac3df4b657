/** A labelled span, both rows inclusive. */
export interface Span {
  readonly first: number;
  readonly last: number;
}

const BUFFERS = [0, 4, 8, 12, 16, 20, 24];

/** Labels widened by `buffer` rows, falling with the square root (Paparrizos et al. 2022, range-aware labels). */
const softLabels = (rows: number, spans: readonly Span[], buffer: number): Float64Array => {
  const labels = new Float64Array(rows);
  for (const { first, last } of spans) {
    for (
      let row = Math.max(0, first - (buffer >> 1));
      row <= Math.min(rows - 1, last + (buffer >> 1));
      row++
    ) {
      const distance = Math.max(first - row, row - last, 0);
      labels[row] = Math.min(1, labels[row]! + (distance === 0 ? 1 : Math.sqrt(1 - distance / buffer)));
    }
  }
  return labels;
};

/** Area under precision and recall against soft labels; recall counts only as far as spans are met at all. */
const areaFor = (
  order: readonly number[],
  scores: ArrayLike<number>,
  spans: readonly Span[],
  buffer: number,
): number => {
  const labels = softLabels(scores.length, spans, buffer);
  const hard = spans.reduce((sum, { first, last }) => sum + last - first + 1, 0);
  const positives = (hard + labels.reduce((sum, label) => sum + label, 0)) / 2;
  const met = new Set<number>();
  let caught = 0;
  let area = 0;
  let recall = 0;
  for (const [i, row] of order.entries()) {
    caught += labels[row]!;
    spans.forEach(({ first, last }, span) => {
      if (row >= first - (buffer >> 1) && row <= last + (buffer >> 1)) met.add(span);
    });
    if (i + 1 < order.length && scores[order[i + 1]!] === scores[row]) continue;
    const reached = Math.min(1, caught / positives) * (met.size / spans.length);
    area += (reached - recall) * (caught / (i + 1));
    recall = reached;
  }
  return area;
};

/**
 * Volume under the precision-recall surface (VUS-PR, Paparrizos et al., VLDB 2022; recommended by TSB-AD, Liu &
 * Paparrizos, NeurIPS 2024): mean over buffers of up to 24 rows of the range-aware area under the curve. In [0, 1];
 * a random score gets about the share of labelled rows.
 */
export const vusPr = (scores: ArrayLike<number>, spans: readonly Span[]): number => {
  const order = Array.from({ length: scores.length }, (_, row) => row).sort(
    (a, b) => scores[b]! - scores[a]!,
  );
  return BUFFERS.reduce((sum, buffer) => sum + areaFor(order, scores, spans, buffer), 0) / BUFFERS.length;
};
