import type { ExportSeries, ReadContext, RowReader, TableFormat } from '../reading/export-format.ts';
import { toTargetId } from '../reading/file-naming.ts';
import { toMetricName } from '../reading/labels.ts';
import { readWideRow } from '../reading/wide-rows.ts';

/** "Download as .csv" of a graph in the CloudWatch console: lines of labels, an empty one, then times and values. */
export const CLOUDWATCH_GRAPH_CSV: TableFormat = {
  name: 'CloudWatch console CSV',
  recognises: ([first = '', second]) => second !== undefined && /^(full label|label)$/i.test(first),
  open: (context) => new ConsoleReader(context).read,
};

const STARTS_WITH_TIME = /^\d/;

class ConsoleReader {
  private readonly context: ReadContext;
  private readonly labels = new Map<string, readonly string[]>();
  private columns: readonly ExportSeries[] | undefined;

  constructor(context: ReadContext) {
    this.context = context;
  }

  readonly read: RowReader = (fields, line) => {
    const [first = '', ...cells] = fields;
    if (this.columns === undefined && !STARTS_WITH_TIME.test(first)) {
      if (first !== '') this.labels.set(first.toLowerCase(), cells);
      return [];
    }
    this.columns ??= this.nameColumns(line);
    return readWideRow(fields, this.columns, line, this.context);
  };

  /** "Full label" has the metric where "Label" has the resource, or both are the same. */
  private nameColumns(line: number): readonly ExportSeries[] {
    const short = this.labels.get('label') ?? this.labels.get('full label') ?? [];
    const full = this.labels.get('full label') ?? short;
    const names = short.map((label, index) => nameOf(label, full[index] ?? ''));
    const twice = names.find((one, index) => names.findIndex(({ name }) => name === one.name) !== index);
    if (twice !== undefined)
      this.context.refuse(line, `the label "${twice.name}" twice`, 'a different label for each metric');
    return names;
  }
}

const nameOf = (label: string, full: string): ExportSeries => {
  if (label === full || full === '' || label === '') {
    const metric = toMetricName(label || full);
    return { name: metric, label: metric };
  }
  const [target, metric] = [toTargetId(label), toMetricName(full)];
  return { name: `${target}/${metric}`, target, metric };
};
