/** Rows as a Markdown table; the first one is its header. */
export const table = (rows: readonly (readonly string[])[]): string[] => {
  const widths = rows[0]!.map((_, c) => Math.max(...rows.map((row) => row[c]!.length)));
  return rows
    .map((row) => `| ${row.map((cell, c) => cell.padEnd(widths[c]!)).join(' | ')} |`)
    .flatMap((line, r) => (r === 0 ? [line, `|${widths.map((w) => '-'.repeat(w + 2)).join('|')}|`] : [line]));
};

export const fixed = (value: number, digits: number): string =>
  Number.isNaN(value) ? '-' : value.toFixed(digits);
export const percent = (share: number): string =>
  Number.isNaN(share) ? '-' : `${(100 * share).toFixed(1)} %`;
