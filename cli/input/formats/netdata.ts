import type { TableFormat } from '../reading/export-format.ts';
import { toMetricName } from '../reading/labels.ts';
import { isWideHeader, openWideRows } from '../reading/wide-rows.ts';

/** Netdata's `/api/v1/data?format=csv`: `time` and the dimensions of a chart, newest first by default. */
export const NETDATA: TableFormat = {
  name: 'Netdata CSV',
  recognises: (header) => header[0] === 'time' && isWideHeader(header),
  open: (context) => openWideRows(context, (column) => ({ name: column, metric: toMetricName(column) })),
};
