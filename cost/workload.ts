import * as z from 'zod';
import { lambdaMsPerSeries, MEASURED_FORECASTING } from '../core/forecasts/capacity/forecasting-figures.ts';
import { DEFAULT_BUDGET } from '../core/forecasts/runs/batch-budget.ts';

/** Behaviour of a fleet, and figures that are not in the templates. Times are for a warm arm64 function. */
export const Workload = z.strictObject({
  hosts: z.number().int().positive().default(1000),
  metrics: z.number().int().positive().default(10),
  pushMinutes: z.number().positive().max(60).default(5),
  /** 1: each host pushes by itself. More: a collector sends this number of hosts in one request. */
  hostsPerRequest: z.number().int().positive().default(1),
  cadenceMinutes: z.number().positive().default(60),
  historyDays: z.number().positive().default(14),
  /** Share of the series with a predicted breach. */
  breachShare: z.number().min(0).max(1).default(0.02),
  /** Billed milliseconds of one ingest request, and additional ones for each host in it. */
  receiveMs: z.number().positive().default(15),
  storeMsPerHost: z.number().positive().default(10),
  /** Waiting for the payloads and blocks of a batch, which are read together; not measured on AWS. */
  storeMsPerBatch: z.number().nonnegative().default(30),
  /** Measured for hourly runs, one in six of which learns; doubled for a slower virtual CPU. */
  forecastMsPerSeries: z.number().positive().default(lambdaMsPerSeries(MEASURED_FORECASTING, 60)),
  /** Reading a host's history and writing its forecasts, as assumed by the batch planner; not measured on AWS. */
  forecastMsPerHost: z
    .number()
    .nonnegative()
    .default(1000 * DEFAULT_BUDGET.secondsPerTarget),
  /** Shards of the stream of blocks: a new on-demand table has four partitions. */
  streamShards: z.number().int().positive().default(4),
  /** Changes of a shard within this number of seconds share an invocation. */
  streamWindowSeconds: z.number().positive().default(2),
  /**
   * Measured: 25 ms on one x86 core for ten metrics with full detectors (0.3 ms with light ones); a fifth more on Lambda.
   * Not measured on AWS: 20 ms of waiting for the state in S3, which two targets of an invocation share.
   */
  detectMsPerHost: z.number().positive().default(40),
  /** Comparing ten metrics of a host with its peers: 0.4 ms on one x86 core, more on Lambda, plus reading. */
  compareMsPerHost: z.number().positive().default(3),
  /** Anomalies per metric and month. */
  anomaliesPerSeries: z.number().min(0).default(1),
  /** Billed milliseconds of grouping a batch of signals, and of diagnosing an incident: mostly requests; not measured on AWS. */
  groupMs: z.number().positive().default(200),
  explainMs: z.number().positive().default(500),
  /** Deployments recorded per month, and billed milliseconds of one check; not measured on AWS. */
  deployments: z.number().nonnegative().default(200),
  scoreMs: z.number().positive().default(2000),
  /** Remediations carried out per month. */
  remediations: z.number().nonnegative().default(100),
  /**
   * Billed milliseconds of a cold start. Measured: importing the largest bundle of a busy function takes 160 ms of CPU on one x86 core
   * (`npm run bench`), doubled for a slower virtual CPU, and 80 ms to start Node; not measured on AWS.
   */
  initMs: z.number().nonnegative().default(400),
  /** Log bytes of one invocation (three lines of the platform and one decision), of one access log line, and of a stored payload. */
  logBytesPerInvocation: z.number().positive().default(900),
  accessLogBytes: z.number().positive().default(350),
  logBytesPerPayload: z.number().positive().default(430),
});
export type Workload = z.infer<typeof Workload>;

/** Hours after which Lambda replaces a container, as observed by others; not documented. */
export const CONTAINER_HOURS = 2;

/** Pollers that Lambda keeps on an idle queue, each waiting 20 seconds. AWS documents five, but does not guarantee it. */
export const IDLE_POLLERS = 5;
export const POLL_SECONDS = 20;
