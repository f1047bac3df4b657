import { DAY_SECONDS } from '../../../core/shared/time.ts';
import type { PerformanceAnswer } from '../../api-client/answers.ts';
import { renderChart } from '../../terminal/chart.ts';
import { formatCount, formatNumber, formatPercent } from '../../terminal/format.ts';
import { type Column, renderTable } from '../../terminal/table.ts';
import type { Terminal } from '../../terminal/terminal.ts';

type Figures = PerformanceAnswer['total'];

interface Row extends Pick<Figures, 'all' | 'breaches'> {
  readonly name: string;
}

const number = (value: number | null): string => (value === null ? '-' : formatNumber(value));
const share = (value: number | null | undefined): string =>
  value === null || value === undefined ? '-' : formatPercent(value);

const errorColumns: readonly Column<Pick<Row, 'name' | 'all'>>[] = [
  { header: 'forecasts', align: 'right', text: ({ all }) => String(all.forecasts) },
  { header: 'MASE', align: 'right', text: ({ all }) => number(all.mase) },
  { header: 'loss', align: 'right', text: ({ all }) => number(all.weightedQuantileLoss ?? all.typicalLoss) },
  { header: 'bias', align: 'right', text: ({ all }) => number(all.bias) },
  { header: 'in p10-p90', align: 'right', text: ({ all }) => share(all.coverage[0]?.observed) },
];

const METRIC_COLUMNS: readonly Column<Row>[] = [
  { header: 'metric', text: ({ name }) => name, shrinks: true },
  ...errorColumns,
  { header: 'breaches', align: 'right', text: ({ breaches }) => String(breaches.breaches), optional: true },
  { header: 'precision', align: 'right', text: ({ breaches }) => share(breaches.precision), optional: true },
  { header: 'recall', align: 'right', text: ({ breaches }) => share(breaches.recall), optional: true },
  {
    header: 'lead',
    align: 'right',
    text: ({ breaches: { medianLeadMinutes: minutes } }) =>
      minutes === null ? '-' : `${Math.round(minutes)} min`,
    optional: true,
  },
];

const AGE_COLUMNS: readonly Column<Pick<Row, 'name' | 'all'>>[] = [
  { header: 'age', text: ({ name }) => name },
  ...errorColumns,
];

const CHART_ROWS = 5;

/** The typical loss of each day, if there are several. */
const chartOf = ({ days }: PerformanceAnswer, terminal: Terminal): string[] => {
  const [first, last] = [days[0], days.at(-1)];
  if (first === undefined || last === undefined || first === last) return [];
  const start = Date.parse(first.day) / 1000;
  const indexOf = (day: string): number => Math.round((Date.parse(day) / 1000 - start) / DAY_SECONDS);
  const values = new Float64Array(indexOf(last.day) + 1).fill(Number.NaN);
  for (const { day, typicalLoss } of days) values[indexOf(day)] = typicalLoss ?? Number.NaN;
  if (!values.some(Number.isFinite)) return [];
  const history = { start, stepSeconds: DAY_SECONDS, values };
  return ['', ...renderChart({ title: 'Typical loss by day', history }, { ...terminal, rows: CHART_ROWS })];
};

/** How one version did: by metric, by age, and from day to day. */
export const performanceText = (answer: PerformanceAnswer, terminal: Terminal): string[] => {
  const { model, total, metrics, metricsOmitted, trend } = answer;
  const rows = metrics.map(({ metric, ...figures }) => ({ name: metric, ...figures }));
  const ages = total.byAge.map(({ age, ...all }) => ({ name: age, all }));
  return [
    `${model}: ${formatCount(total.all.forecasts, 'forecast')} scored`,
    '',
    ...renderTable(METRIC_COLUMNS, [...rows, { name: 'all', ...total }], terminal),
    ...(metricsOmitted > 0 ? [`${formatCount(metricsOmitted, 'more metric')}: see one with --metric`] : []),
    '',
    ...renderTable(AGE_COLUMNS, ages, terminal),
    ...chartOf(answer, terminal),
    '',
    trend.reason,
  ];
};
