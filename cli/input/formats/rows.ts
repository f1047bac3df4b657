import type { TableFormat } from '../reading/export-format.ts';
import { isLongHeader, openLongRows } from '../reading/long-rows.ts';

/** Forestall's own CSV and its like: `timestamp[,series|target,metric],value[,unit,kind,profile]`, in any order. */
export const ROWS: TableFormat = {
  name: 'CSV with one point a row',
  recognises: isLongHeader,
  open: openLongRows,
};
