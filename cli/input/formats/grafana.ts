import type { TableFormat } from '../reading/export-format.ts';
import { openLongRows } from '../reading/long-rows.ts';
import { isWideHeader, openWideRows } from '../reading/wide-rows.ts';

/** Grafana's "series as rows", up to version 7: `Series;Time;Value`. */
export const GRAFANA_ROWS: TableFormat = {
  name: 'Grafana CSV, series as rows',
  recognises: (header) => header.join(',') === 'Series,Time,Value',
  open: openLongRows,
};

/** Grafana's "series joined by time": `"Time","web-1","web-2"`, with the legend of each series above its column. */
export const GRAFANA_COLUMNS: TableFormat = {
  name: 'Grafana CSV, series joined by time',
  recognises: (header) => header[0] === 'Time' && isWideHeader(header),
  open: openWideRows,
};
