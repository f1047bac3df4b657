import { formatCount } from '../../terminal/format.ts';
import type { ExportSeries, ReadContext, RowReader, TableFormat } from '../reading/export-format.ts';
import { seriesFromLabels } from '../reading/labels.ts';

const ANNOTATION = /^#(datatype|group|default)$/;
const NUMERIC = new Set(['double', 'long', 'unsignedLong', '']);

/** InfluxDB's annotated CSV, as `influx query --raw` and the data explorer write it. */
export const INFLUX_ANNOTATED: TableFormat = {
  name: 'InfluxDB annotated CSV',
  recognises: ([first = '', second]) => ANNOTATION.test(first) || (first === '' && second === 'result'),
  open: (context) => new InfluxReader(context).read,
};

/** A file has several tables, each with its own annotations and header. */
class InfluxReader {
  private readonly context: ReadContext;
  private types: readonly string[] = [];
  private header: readonly string[] = [];
  private readonly known = new Map<string, ExportSeries>();

  constructor(context: ReadContext) {
    this.context = context;
  }

  readonly read: RowReader = (fields, line) => {
    const [first = '', second = ''] = fields;
    if (first.startsWith('#')) {
      if (first === '#datatype') this.types = fields;
      this.header = [];
      return [];
    }
    if (this.header.length === 0 || second === 'result') {
      this.readHeader(fields, line);
      return [];
    }
    if (fields.length !== this.header.length)
      this.context.refuse(
        line,
        formatCount(fields.length, 'field'),
        `${this.header.length} (${this.header.join(',')})`,
      );
    return [
      this.context.point(this.seriesOf(fields), {
        timestamp: this.cell(fields, '_time'),
        value: this.cell(fields, '_value'),
        line,
      }),
    ];
  };

  private readHeader(header: readonly string[], line: number): void {
    this.header = header;
    const error = header.indexOf('error');
    if (error >= 0) this.context.refuse(line, 'an error of InfluxDB', 'the result of a query');
    if (!header.includes('_time') || !header.includes('_value'))
      this.context.refuse(
        line,
        'a table without _time or _value',
        'the columns _time and _value: leave pivot() and drop() out of the query',
      );
    const type = this.types[header.indexOf('_value')] ?? '';
    if (!NUMERIC.has(type)) this.context.refuse(line, `values of type ${type}`, 'numbers: filter by _field');
  }

  private cell(fields: readonly string[], column: string): string {
    return fields[this.header.indexOf(column)] ?? '';
  }

  private seriesOf(fields: readonly string[]): ExportSeries {
    const labels = this.header.flatMap((column, index): [string, string][] => {
      const isLabel = column !== '' && column !== 'result' && column !== 'table' && !column.startsWith('_');
      return isLabel && fields[index] !== '' ? [[column, fields[index] ?? '']] : [];
    });
    const metric = [this.cell(fields, '_measurement'), this.cell(fields, '_field')].filter(Boolean).join('_');
    const key = JSON.stringify([metric, labels]);
    const series = this.known.get(key) ?? seriesFromLabels(metric || undefined, Object.fromEntries(labels));
    this.known.set(key, series);
    return series;
  }
}
