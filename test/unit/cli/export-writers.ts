/** Writes series as the tools of `cli/input/formats` export them. */

/** Values of named series at common times; null: no value. Times are whole epoch seconds. */
export interface Table {
  readonly names: readonly string[];
  readonly times: readonly number[];
  /** One row for each time, one value for each name. */
  readonly rows: readonly (readonly (number | null)[])[];
}

export interface ExportWriter {
  readonly format: string;
  readonly write: (table: Table) => string;
  /** Name of the series in the offline commands. */
  readonly nameOf?: (name: string) => string;
}

const iso = (time: number): string => new Date(time * 1000).toISOString();
const plain = (time: number): string => iso(time).slice(0, 19).replace('T', ' ');
const text = (value: number | null | undefined, missing = ''): string =>
  value == null ? missing : String(value);
const quoted = (name: string): string => `"${name}"`;

const wide = (
  header: string,
  timeOf: (time: number) => string,
  { times, rows }: Table,
  missing = '',
): string =>
  [
    header,
    ...times.map((time, at) => [timeOf(time), ...rows[at]!.map((v) => text(v, missing))].join(',')),
  ].join('\n');

const cellsOf = ({ names, times, rows }: Table) =>
  names.flatMap((name, column) =>
    times.map((time, at) => ({ name, time, value: rows[at]?.[column] ?? null })),
  );

const columnsOf = ({ names, times, rows }: Table) =>
  names.map((name, column) => ({ name, times, values: rows.map((row) => row[column] ?? null) }));

export const EXPORT_WRITERS: readonly ExportWriter[] = [
  {
    format: 'CSV with one point a row',
    write: (table) =>
      [
        'timestamp,series,value',
        ...cellsOf(table).map(({ name, time, value }) => `${iso(time)},${name},${text(value)}`),
      ].join('\n'),
  },
  {
    format: 'Grafana CSV, series as rows',
    write: (table) =>
      [
        'Series;Time;Value',
        ...cellsOf(table).map(({ name, time, value }) => `${name};${iso(time)};${text(value, 'null')}`),
      ].join('\n'),
  },
  {
    format: 'Grafana CSV, series joined by time',
    write: (table) =>
      wide(['Time', ...table.names].map(quoted).join(','), (time) => String(time * 1000), table),
  },
  {
    format: 'Netdata CSV',
    write: (table) => wide(['time', ...table.names].join(','), plain, table, 'null'),
  },
  {
    format: 'CSV with one series a column',
    write: (table) => wide(['date', ...table.names].join(','), iso, table),
  },
  {
    format: 'collectd CSV',
    write: (table) => wide(['epoch', ...table.names].join(','), (time) => `${time}.000`, table, 'nan'),
    nameOf: (name) => `f.${name}`,
  },
  {
    format: 'CloudWatch console CSV',
    write: (table) => {
      const labels = table.names.join(',');
      const empty = ','.repeat(table.names.length);
      const header = `Full label,${labels}\nLabel,${labels}\n${empty}`;
      return wide(header, (time) => plain(time).replaceAll('-', '/'), table);
    },
  },
  {
    format: 'sadf -d',
    write: ({ names, times, rows }) =>
      [
        `# hostname;interval;timestamp;CPU;${names.join(';')}`,
        ...times.map((time, at) =>
          ['h', 300, `${plain(time)} UTC`, -1, ...rows[at]!.map((v) => text(v))].join(';'),
        ),
      ].join('\n'),
    nameOf: (name) => `h/${name}`,
  },
  {
    format: 'InfluxDB annotated CSV',
    write: (table) =>
      [
        '#datatype,string,long,dateTime:RFC3339,double,string,string',
        '#group,false,false,false,false,true,true',
        '#default,_result,,,,,',
        ',result,table,_time,_value,_field,_measurement',
        ...cellsOf(table).map(({ name, time, value }) => `,,0,${iso(time)},${text(value)},${name},m`),
      ].join('\n'),
    nameOf: (name) => `m_${name}`,
  },
  {
    format: 'Prometheus query_range JSON',
    write: (table) =>
      JSON.stringify({
        status: 'success',
        data: {
          resultType: 'matrix',
          result: columnsOf(table).map(({ name, times, values }) => ({
            metric: { __name__: name, instance: 'h' },
            values: times.map((time, at) => [time, text(values[at], 'NaN')]),
          })),
        },
      }),
    nameOf: (name) => `h/${name}`,
  },
  {
    format: 'Datadog query JSON',
    write: (table) =>
      JSON.stringify({
        status: 'ok',
        res_type: 'time_series',
        series: columnsOf(table).map(({ name, times, values }) => ({
          metric: name,
          scope: 'host:h',
          pointlist: times.map((time, at) => [time * 1000, values[at]]),
        })),
      }),
    nameOf: (name) => `h/${name}`,
  },
];

/** Newest first, and without values that are missing: CloudWatch has no gaps. */
export const CLOUDWATCH_WRITER: ExportWriter = {
  format: 'CloudWatch get-metric-data JSON',
  write: (table) =>
    JSON.stringify({
      MetricDataResults: columnsOf(table).map(({ name, times, values }) => {
        const known = times.flatMap((time, at) =>
          values[at] == null ? [] : [[iso(time), values[at]] as const],
        );
        known.reverse();
        return { Id: name, Label: name, Timestamps: known.map(([t]) => t), Values: known.map(([, v]) => v) };
      }),
      Messages: [],
    }),
};
