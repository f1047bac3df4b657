import type { TableFormat } from '../reading/export-format.ts';
import { isWideHeader, openWideRows } from '../reading/wide-rows.ts';

/** Any table with times in the first column and a series in each of the others. */
export const COLUMNS: TableFormat = {
  name: 'CSV with one series a column',
  recognises: isWideHeader,
  open: openWideRows,
};
