import { formatCount } from '../../terminal/format.ts';
import type { ExportSeries, ReadContext, RowReader, TableFormat } from '../reading/export-format.ts';
import { toTargetId } from '../reading/file-naming.ts';
import { toMetricName } from '../reading/labels.ts';
import { readWideRow } from '../reading/wide-rows.ts';

/** Columns of sysstat that name the thing measured. */
const ITEM_COLUMNS = new Set([
  'CPU',
  'NODE',
  'INTR',
  'DEV',
  'IFACE',
  'FILESYSTEM',
  'MOUNTPOINT',
  'TTY',
  'FAN',
  'TEMP',
  'IN',
  'DEVICE',
  'BUS',
]);
/** The total over all CPUs. */
const ALL = '-1';
const FIRST_COLUMNS = 3;

/** `sadf -d` of sysstat: `# hostname;interval;timestamp;CPU;%user;...`, with another header for each activity. */
export const SADF: TableFormat = {
  name: 'sadf -d',
  recognises: ([first]) => isHeader(first),
  open: (context) => new SadfReader(context).read,
};

const isHeader = (first: string | undefined): boolean => /^# ?hostname$/.test(first ?? '');

class SadfReader {
  private readonly context: ReadContext;
  private columns: readonly string[] = [];
  private readonly known = new Map<string, readonly ExportSeries[]>();

  constructor(context: ReadContext) {
    this.context = context;
  }

  readonly read: RowReader = (fields, line) => {
    if (isHeader(fields[0])) {
      this.columns = fields.slice(FIRST_COLUMNS);
      this.known.clear();
      return [];
    }
    const [host = '', , timestamp = '', ...cells] = fields;
    if (/^LINUX-RESTART|^COM/.test(cells[0] ?? '')) return [];
    if (cells.length !== this.columns.length)
      this.context.refuse(
        line,
        formatCount(fields.length, 'field'),
        `${this.columns.length + FIRST_COLUMNS}`,
      );
    const values = cells.filter((_, index) => !this.isItem(index));
    return readWideRow([timestamp, ...values], this.seriesOf(host, cells), line, this.context);
  };

  private isItem(index: number): boolean {
    return ITEM_COLUMNS.has(this.columns[index] ?? '');
  }

  private seriesOf(host: string, cells: readonly string[]): readonly ExportSeries[] {
    const items = cells.filter((cell, index) => this.isItem(index) && cell !== ALL);
    const key = [host, ...items].join(';');
    const found = this.known.get(key);
    if (found !== undefined) return found;
    const attributes = cells.flatMap((cell, index) =>
      this.isItem(index) && cell !== ALL
        ? [`${this.columns[index]?.toLowerCase()}=${JSON.stringify(cell)}`]
        : [],
    );
    const suffix = attributes.length === 0 ? '' : `{${attributes.join(',')}}`;
    const target = toTargetId(host);
    const series = this.columns
      .filter((_, index) => !this.isItem(index))
      .map((column): ExportSeries => {
        const metric = toMetricName(column + suffix);
        return {
          name: `${target}/${metric}`,
          target,
          metric,
          unit: column.startsWith('%') ? '%' : undefined,
        };
      });
    this.known.set(key, series);
    return series;
  }
}
