/** Every export format that `forestall` reads, the more specific ones first. A new format is a file and a line here. */

import type { DocumentFormat, TableFormat } from '../reading/export-format.ts';
import { CLOUDWATCH_GRAPH_CSV } from './cloudwatch-graph-csv.ts';
import { CLOUDWATCH_METRIC_DATA } from './cloudwatch-metric-data.ts';
import { CLOUDWATCH_METRIC_STATISTICS } from './cloudwatch-metric-statistics.ts';
import { COLLECTD } from './collectd.ts';
import { COLUMNS } from './columns.ts';
import { DATADOG } from './datadog.ts';
import { GRAFANA_COLUMNS, GRAFANA_ROWS } from './grafana.ts';
import { INFLUX_ANNOTATED } from './influx-annotated.ts';
import { INGEST_BODY } from './ingest-body.ts';
import { NETDATA } from './netdata.ts';
import { PROMETHEUS } from './prometheus.ts';
import { ROWS } from './rows.ts';
import { SADF } from './sadf.ts';

export const TABLE_FORMATS: readonly TableFormat[] = [
  GRAFANA_ROWS,
  SADF,
  INFLUX_ANNOTATED,
  CLOUDWATCH_GRAPH_CSV,
  COLLECTD,
  ROWS,
  GRAFANA_COLUMNS,
  NETDATA,
  COLUMNS,
];

export const DOCUMENT_FORMATS: readonly DocumentFormat[] = [
  PROMETHEUS,
  DATADOG,
  CLOUDWATCH_METRIC_DATA,
  CLOUDWATCH_METRIC_STATISTICS,
  INGEST_BODY,
];
