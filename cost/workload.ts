import * as z from 'zod';
import { lambdaMsPerSeries, MEASURED_FORECASTING } from '../core/forecasts/capacity/forecasting-figures.ts';
import { DEFAULT_BUDGET } from '../core/forecasts/runs/batch-budget.ts';

/** What a fleet does, and the figures that templates do not tell. Times are of a warm arm64 function. */
export const Workload = z.strictObject({
  hosts: z.number().int().positive().default(1000),
  metrics: z.number().int().positive().default(10),
  pushMinutes: z.number().positive().max(60).default(5),
  /** 1: each host pushes by itself. More: a collector batches so many hosts into one request. */
  hostsPerRequest: z.number().int().positive().default(1),
  cadenceMinutes: z.number().positive().default(60),
  historyDays: z.number().positive().default(14),
  /** Share of the series with a predicted breach. */
  breachShare: z.number().min(0).max(1).default(0.02),
  /** Billed milliseconds of one ingest request, and more for each host in it. */
  receiveMs: z.number().positive().default(15),
  storeMsPerHost: z.number().positive().default(10),
  /** Measured, hourly runs of which one in six learns; doubled for a slower virtual CPU. */
  forecastMsPerSeries: z.number().positive().default(lambdaMsPerSeries(MEASURED_FORECASTING, 60)),
  /** Reading a host's history and writing its forecasts, as the planner of batches takes it: not measured on AWS. */
  forecastMsPerHost: z
    .number()
    .nonnegative()
    .default(1000 * DEFAULT_BUDGET.secondsPerTarget),
  /** Shards of the stream of blocks: a new table on demand has four partitions. */
  streamShards: z.number().int().positive().default(4),
  /** Changes of a shard that come within so many seconds share an invocation. */
  streamWindowSeconds: z.number().positive().default(2),
  /** Measured: 25 ms on one x86 core for ten metrics watched fully (0.3 lightly); doubled for a slower virtual CPU. */
  detectMsPerHost: z.number().positive().default(50),
  /** Comparing a host's ten metrics with its peers: 0.4 ms on one x86 core, more on a share of a slower one, and reading. */
  compareMsPerHost: z.number().positive().default(3),
  /** Anomalies of one metric a month. */
  anomaliesPerSeries: z.number().min(0).default(1),
  /** Billed milliseconds of folding a batch of signals, and of explaining an incident: mostly requests, not measured on AWS. */
  groupMs: z.number().positive().default(200),
  explainMs: z.number().positive().default(500),
  /** Deployments that are told of in a month, and billed milliseconds of one look at one: not measured on AWS. */
  deployments: z.number().nonnegative().default(200),
  scoreMs: z.number().positive().default(2000),
  /** Log bytes of one invocation: the platform's three lines and one decision; and of one access log line. */
  logBytesPerInvocation: z.number().positive().default(900),
  accessLogBytes: z.number().positive().default(350),
  /** Outcomes that functions count, by service. */
  customMetrics: z.number().int().nonnegative().default(20),
});
export type Workload = z.infer<typeof Workload>;

/** Pollers that Lambda keeps on an idle queue, each waiting 20 seconds: AWS documents five, nothing promises it. */
export const IDLE_POLLERS = 5;
export const POLL_SECONDS = 20;
