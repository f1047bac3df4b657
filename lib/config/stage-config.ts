import * as z from 'zod';

export const STAGES = ['local', 'dev', 'prod'] as const;
export type Stage = (typeof STAGES)[number];

const days = z.number().int().positive();

/** Cadences a cron expression can hit at the same minutes every day. */
const cadenceMinutes = z.literal([15, 30, 60, 120, 240, 480]);

/** CloudWatch accepts only these retentions (of up to half a year). */
const logRetentionDays = z.literal([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180]);

/** Everything a stage decides. Unknown keys are refused: a misspelt setting must not be ignored in silence. */
export const StageConfig = z
  .strictObject({
    stage: z.enum(STAGES),
    /** Deploys to the emulator: leaves out the resource types it lacks (`emulator-gaps.ts`). */
    local: z.boolean(),
    /** Where it goes; left out, the CLI takes both from the credentials it is run with. */
    env: z.strictObject({ account: z.string().regex(/^\d{12}$/), region: z.string() }).optional(),
    /** Keeps tables and buckets when their stack goes, and protects them against deletion. */
    retainData: z.boolean(),
    /** Days a 5-minute point stays readable; forecasts read the last 14 of them. */
    hotRetentionDays: days.min(14),
    /** Days the payloads stay as received: as long as their points, so that a better decoder can replay them. */
    rawRetentionDays: days,
    quarantineRetentionDays: days,
    /** Days the working files of a run (batches, results) stay. */
    runFilesRetentionDays: days,
    /** Days the forecasts stay for scoring against what happened. */
    forecastRetentionDays: days,
    logRetentionDays,
    /** Points a tenant may send per minute; beyond it the API answers 429. */
    pointsPerMinute: z.number().int().positive(),
    forecastCadenceMinutes: cadenceMinutes,
    /** Requests per second over all tenants, and the burst above it. */
    throttle: z.strictObject({ ratePerSecond: z.number().positive(), burst: z.number().int().positive() }),
    /** Batches of payloads stored in parallel (Lambda allows no fewer than 2 from a queue). */
    storeConcurrency: z.number().int().min(2).max(1000),
    /** Whose incidents the CloudWatch alarms of this account are: alarms name no tenant. */
    ownTenant: z.string().regex(/^[a-z0-9][a-z0-9-]{1,38}$/),
    logLevel: z.enum(['DEBUG', 'INFO', 'WARN', 'ERROR']),
    /** `minimal`: one alarm per outcome. `full`: one more per function, $0.10 a month each. */
    alarms: z.enum(['minimal', 'full']),
    /** Who is told of an alarm; each address confirms once. */
    alarmEmails: z.array(z.email()),
    /** A CloudWatch dashboard: $3.00 a month (the first three of an account are free). */
    dashboard: z.boolean(),
    /** X-Ray on every API request: about $15 a month for 1,000 hosts that push every 5 minutes. */
    traceRequests: z.boolean(),
  })
  .refine((config) => config.rawRetentionDays >= config.hotRetentionDays, {
    path: ['rawRetentionDays'],
    message: 'must not be shorter than hotRetentionDays: what is stored could not be replayed',
  })
  .refine((config) => config.throttle.burst >= config.throttle.ratePerSecond, {
    path: ['throttle', 'burst'],
    message: 'must not be below throttle.ratePerSecond',
  })
  .readonly();

export type StageConfig = z.infer<typeof StageConfig>;
