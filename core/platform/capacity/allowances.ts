/** Limits of a deployment of stage prod: its own settings, quotas of a new AWS account, and hard limits. */

/** `setting`: of the stage, free to change. `quota`: AWS raises it on request. `hard`: fixed by AWS or by Forestall. */
export type LimitKind = 'setting' | 'quota' | 'hard';

export interface Allowance {
  readonly value: number;
  readonly kind: LimitKind;
  /** Where the value comes from: a page of AWS, or a file of Forestall. */
  readonly source: string;
}

const aws = (page: string): string => `https://docs.aws.amazon.com/${page}`;
const allowance = (value: number, kind: LimitKind, source: string): Allowance => ({ value, kind, source });

export const ALLOWANCES = {
  /** Requests per second of all tenants, and the burst. */
  throttleRate: allowance(1000, 'setting', 'throttle.ratePerSecond in lib/config/prod.ts'),
  throttleBurst: allowance(2000, 'setting', 'throttle.burst in lib/config/prod.ts'),
  apiRate: allowance(10_000, 'quota', aws('apigateway/latest/developerguide/limits.html')),
  pointsPerMinute: allowance(600_000, 'setting', 'quotas.pointsPerMinute in lib/config/prod.ts'),
  newTargetsPerDay: allowance(20_000, 'setting', 'quotas.newTargetsPerDay in lib/config/prod.ts'),
  /** Functions that run at once in a region. */
  concurrency: allowance(1000, 'quota', aws('lambda/latest/dg/gettingstarted-limits.html')),
  storeConcurrency: allowance(20, 'setting', 'storeConcurrency in lib/config/prod.ts'),
  inFlight: allowance(
    120_000,
    'hard',
    aws('AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html'),
  ),
  /** Consumers of a stream: shards of a new on-demand table, times the parallelization factor. */
  streamShards: allowance(
    4,
    'quota',
    aws('amazondynamodb/latest/developerguide/on-demand-capacity-mode.html'),
  ),
  consumersPerShard: allowance(10, 'hard', aws('lambda/latest/dg/services-ddb-params.html')),
  /** Write units per second of a new on-demand table, and of one partition key. */
  tableWrites: allowance(
    4000,
    'quota',
    aws('amazondynamodb/latest/developerguide/on-demand-capacity-mode.html'),
  ),
  keyWrites: allowance(
    1000,
    'hard',
    aws('amazondynamodb/latest/developerguide/bp-partition-key-design.html'),
  ),
  itemBytes: allowance(400_000, 'hard', 'MAX_BLOCK_BYTES in core/metrics/blocks/block.ts'),
  blockPoints: allowance(20_000, 'hard', 'MAX_BLOCK_POINTS in core/metrics/blocks/block.ts'),
  metricsPerTarget: allowance(1000, 'hard', 'MAX_METRICS_PER_TARGET in core/metrics/targets/target.ts'),
  s3Puts: allowance(3500, 'hard', aws('AmazonS3/latest/userguide/optimizing-performance.html')),
  s3Gets: allowance(5500, 'hard', aws('AmazonS3/latest/userguide/optimizing-performance.html')),
} as const satisfies Readonly<Record<string, Allowance>>;

export type Allowances = Readonly<Record<keyof typeof ALLOWANCES, Allowance>>;
