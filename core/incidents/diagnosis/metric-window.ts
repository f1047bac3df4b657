import { InvalidInputError } from '../../shared/errors.ts';
import { upperMedian } from '../../shared/maths/averages.ts';

/** Request metrics of one node, one value per row. A missing value is NaN; a metric that was never sent is null. */
export interface NodeMetrics {
  /** Seconds per request: the mean, or the lowest percentile if no mean was sent. */
  readonly latency: Float64Array | null;
  /** Percentage of requests that succeeded. */
  readonly availability: Float64Array | null;
  /** Requests counted in the row. */
  readonly requests: Float64Array | null;
}

/** Request metrics of many nodes on the same rows. `timestamps` are the starts of the rows, epoch seconds, ascending. */
export interface MetricWindow {
  readonly timestamps: Float64Array;
  readonly stepSeconds: number;
  readonly nodes: ReadonlyMap<string, NodeMetrics>;
}

/** An input column: the values of one statistic of one metric of one node. */
export interface MetricColumn {
  readonly node: string;
  readonly metric: string;
  readonly statistic: string;
  readonly values: ArrayLike<number>;
}

const LATENCY_STATISTICS = ['Average', 'p50', 'p90', 'p95', 'p99'];

const rowOrder = (timestamps: ArrayLike<number>): number[] =>
  Array.from({ length: timestamps.length }, (_, row) => row).sort((a, b) => timestamps[a]! - timestamps[b]!);

const pickColumn = (columns: readonly MetricColumn[], metric: string, statistics: readonly string[]) => {
  for (const statistic of statistics) {
    const found = columns.find((column) => column.metric === metric && column.statistic === statistic);
    if (found !== undefined) return found.values;
  }
  return null;
};

const nodeMetrics = (columns: readonly MetricColumn[], order: readonly number[]): NodeMetrics => {
  const inOrder = (values: ArrayLike<number> | null) =>
    values === null ? null : Float64Array.from(order, (row) => values[row]!);
  return {
    latency: inOrder(pickColumn(columns, 'latency', LATENCY_STATISTICS)),
    availability: inOrder(pickColumn(columns, 'availability', ['Average'])),
    requests: inOrder(pickColumn(columns, 'requests', ['Sum'])),
  };
};

const medianStep = (timestamps: Float64Array): number => {
  const steps = timestamps.slice(1).map((time, i) => time - timestamps[i]!);
  return steps.length === 0 ? 300 : upperMedian(steps);
};

/**
 * Groups columns by node and sorts the rows by time.
 * @throws InvalidInputError if the length of a column differs from the number of timestamps
 */
export const buildMetricWindow = (
  timestamps: ArrayLike<number>,
  columns: readonly MetricColumn[],
): MetricWindow => {
  const byNode = new Map<string, MetricColumn[]>();
  for (const column of columns) {
    if (column.values.length !== timestamps.length) {
      throw new InvalidInputError(
        `${column.node} ${column.metric}: found ${column.values.length} values, expected ${timestamps.length}`,
      );
    }
    const known = byNode.get(column.node);
    if (known === undefined) byNode.set(column.node, [column]);
    else known.push(column);
  }
  const order = rowOrder(timestamps);
  const sorted = Float64Array.from(order, (row) => timestamps[row]!);
  const nodes = new Map([...byNode].map(([node, own]) => [node, nodeMetrics(own, order)] as const));
  return { timestamps: sorted, stepSeconds: medianStep(sorted), nodes };
};
