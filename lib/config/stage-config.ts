import * as z from 'zod';
import { Integration } from '../../core/platform/api/integrations.ts';
import { Quotas } from '../../core/platform/api/quotas.ts';
import { GroupNames } from '../../core/platform/api/tenant-directories.ts';
import { TenantId } from '../../core/shared/identifiers.ts';
import { BreakerSettings } from '../../core/shared/resilience/breaker-rules.ts';
import { RemediationSettings } from './remediation-settings.ts';

export const STAGES = ['local', 'dev', 'prod'] as const;
export type Stage = (typeof STAGES)[number];

const days = z.number().int().positive();
const reserved = z.number().int().positive();

/** Scheme, host and port of web pages, as browsers send them. Pages on this machine may use HTTP. */
const origin = z
  .string()
  .regex(
    /^(?:https:\/\/[a-z0-9.-]+|http:\/\/(?:localhost|127\.0\.0\.1))(?::\d{1,5})?$/,
    'expected an origin without a wildcard or a path, such as https://console.example.com',
  );

/** Cadences that a cron expression can express with the same minutes every day. */
const cadenceMinutes = z.literal([15, 30, 60, 120, 240, 480]);

/** The retentions up to half a year that CloudWatch accepts. */
const logRetentionDays = z.literal([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180]);

/** Name of an identity provider, as the login page shows it. */
const providerName = z.string().regex(/^[A-Za-z][A-Za-z0-9-]{1,31}$/);

/** The tenant whose people an identity provider adds by SCIM (docs/sign-in.md). */
const provisions = z
  .strictObject({
    tenant: TenantId,
    /** Attribute that the provider sends as subject; by default `userName` for SAML, `externalId` for OIDC. */
    subject: z.enum(['userName', 'externalId']).optional(),
    /** Names of the groups that give roles; by default `forestall-<role>`. A role without a name cannot be given. */
    groups: GroupNames.optional(),
  })
  .optional();

/** An identity provider of the organisation. The secret of an OIDC client is read from Secrets Manager by its name. */
const IdentityProvider = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('saml'),
    name: providerName,
    metadataUrl: z.url({ protocol: /^https$/ }),
    /** Attribute of the assertion that contains the e-mail address. */
    emailAttribute: z.string(),
    provisions,
  }),
  z.strictObject({
    kind: z.literal('oidc'),
    name: providerName,
    issuer: z.url({ protocol: /^https$/ }),
    clientId: z.string(),
    clientSecretName: z.string(),
    provisions,
  }),
]);
export type IdentityProvider = z.infer<typeof IdentityProvider>;

const provisionedIn = ({
  providers,
}: {
  readonly providers: readonly IdentityProvider[];
}): readonly string[] => providers.flatMap((provider) => provider.provisions?.tenant ?? []);

/** Object Lock of a bucket. */
const ObjectLock = z.strictObject({
  /** `governance`: a principal with `s3:BypassGovernanceRetention` can delete objects before; `compliance`: nobody can. */
  mode: z.enum(['governance', 'compliance']),
  days,
});
export type ObjectLock = z.infer<typeof ObjectLock>;

/** All settings of a stage. Unknown keys are rejected, so that a misspelt setting is not silently ignored. */
export const StageConfig = z
  .strictObject({
    stage: z.enum(STAGES),
    /** True for a deployment into the emulator: omits the resource types that it lacks (`emulator-gaps.ts`). */
    local: z.boolean(),
    /** Account and region of the deployment; by default, the CDK CLI takes them from its credentials. */
    env: z.strictObject({ account: z.string().regex(/^\d{12}$/), region: z.string() }).optional(),
    /** Keeps tables and buckets when their stack is deleted, and protects them against deletion. */
    retainData: z.boolean(),
    /**
     * Keys of everything at rest. `aws-managed`: free. `customer-key`: a KMS key of the stage's own for $1.00 a month and
     * at most $3.15 of requests, with which CloudTrail records each use, and whose deletion makes all data unreadable.
     */
    encryption: z.enum(['aws-managed', 'customer-key']),
    /** Retention of 5-minute points in days; forecasts read the last 14 days. */
    hotRetentionDays: days.min(14),
    /** Retention of raw payloads in days: at least as long as that of points, so that a better decoder can replay them. */
    rawRetentionDays: days,
    quarantineRetentionDays: days,
    /** Retention of the working files of a run (batches, results) in days. */
    runFilesRetentionDays: days,
    /** Retention of forecasts in days, for comparison with actual values. */
    forecastRetentionDays: days,
    /**
     * Keeps the anchors and inputs of decisions undeletable for a time (`docs/adr/0032-decision-record.md`). Set it before
     * the first deployment; in mode `compliance` the bucket stays as long, whoever wants to delete it. If omitted, whoever
     * may delete objects can remove what proves that decisions were not changed.
     */
    decisionLock: ObjectLock.optional(),
    logRetentionDays,
    /** Units that a tenant may use in each window; above, the API answers 429. */
    quotas: Quotas,
    /** When circuit breakers open and close: of services of AWS, of `secrets.integrations` and of remediations. */
    breakers: BreakerSettings,
    /** Forecast runs that a tenant may have requested and that are not finished; above, the API answers 429. */
    maxActiveRuns: z.number().int().min(1).max(40),
    forecastCadenceMinutes: cadenceMinutes,
    /** Minutes over which the scheduled runs of all tenants start, each tenant at its own time. */
    forecastSpreadMinutes: z.number().int().nonnegative(),
    /** Batches of one run that are forecast at once. */
    forecastConcurrency: z.number().int().min(1).max(40),
    /**
     * Lambda concurrency set apart for a function, which is also its limit. AWS keeps 100 of an account unreserved, so an
     * account with a quota of 100 or less cannot reserve any. Reserve for `receive` and `query` to keep the API available
     * whatever runs beside it.
     */
    reservedConcurrency: z
      .strictObject({
        receive: reserved,
        query: reserved,
        detect: reserved,
        forecast: reserved,
      })
      .partial(),
    /**
     * Requests per second of all tenants together on a route that takes data, and the allowed burst; routes for reads,
     * commands and strangers have a share of it (`lib/api/gateway-routes.ts`).
     */
    throttle: z.strictObject({ ratePerSecond: z.number().positive(), burst: z.number().int().positive() }),
    /** Web pages that may call the API from a browser; by default none. Free. */
    cors: z.strictObject({ origins: z.array(origin).min(1) }).optional(),
    /**
     * A domain of your own that accepts only clients with a certificate, as the only address of the API; by default none.
     * Free, apart from the certificates of clients.
     */
    mutualTls: z
      .strictObject({
        domainName: z.hostname(),
        /** Certificate of the domain in ACM, in the region of the stage, issued by ACM. */
        certificateArn: z.string().regex(/^arn:aws[\w-]*:acm:[\w-]+:\d{12}:certificate\/[\w-]+$/),
        /** Object in S3 with the certificates (PEM) of the authorities that clients' certificates come from. */
        truststore: z.strictObject({
          bucketName: z.string().min(3),
          key: z.string().min(1),
          /** Version of the object, so that a change of the trust store is a deployment. */
          versionId: z.string().min(1),
        }),
      })
      .optional(),
    /**
     * CloudFront with AWS WAF as the only way to the API; by default none. $10.40 a month and $1.60 per million requests
     * (`npm run cost -- --waf`). The firewall is a stack of its own in us-east-1.
     */
    waf: z
      .strictObject({
        /** Requests that one address may send within five minutes; a collector or a NAT gateway sends for many hosts. */
        maxRequestsPerAddress: z.number().int().min(10).max(2_000_000_000),
        /** A domain of your own instead of one of cloudfront.net. */
        domain: z
          .strictObject({
            name: z.hostname(),
            /** Certificate of the domain in ACM, in us-east-1. */
            certificateArn: z
              .string()
              .regex(
                /^arn:aws:acm:us-east-1:\d{12}:certificate\/[\w-]+$/,
                'expected a certificate of ACM in us-east-1',
              ),
          })
          .optional(),
        /** Version of the secret that CloudFront sends to the gateway; by default the current one of the first deployment. */
        originSecretVersion: z
          .string()
          .regex(/^[\w-]{32,64}$/)
          .optional(),
      })
      .optional(),
    /** Batches of payloads stored in parallel (Lambda requires at least 2 for a queue). */
    storeConcurrency: z.number().int().min(2).max(1000),
    /**
     * The most that remediation may do in this stage, whatever the policies of tenants say; each action brings two roles.
     * Free while nothing happens.
     */
    remediation: RemediationSettings,
    /** The tenant that owns the CloudWatch alarms of this account, because alarms have no tenant. */
    ownTenant: z.string().regex(/^[a-z0-9][a-z0-9-]{1,38}$/),
    /** Secrets cost $0.40 a month each. */
    secrets: z.strictObject({
      /** Days between two rotations. A signature is accepted until the second rotation after it was made. */
      rotationDays: z.number().int().min(2).max(365),
      /** A secret for each purpose of signatures (access tokens, webhooks, approvals): three instead of one. */
      separateSigningKeys: z.boolean(),
      /** A table of personal data with envelope encryption, and the secret that wraps its keys. */
      vault: z.boolean(),
      /** Systems that Forestall calls, each with a credential that rotates (`docs/integrations.md`). */
      integrations: z
        .array(Integration)
        .refine((given) => new Set(given.map(({ name }) => name)).size === given.length, {
          message: 'expected each name once',
        }),
    }),
    /** Sign-in of people. It costs nothing while it is not used; the first 10,000 people of a month are free. */
    signIn: z.strictObject({
      /** The second factor is an authenticator app. */
      mfa: z.enum(['off', 'optional', 'required']),
      /** Addresses to which the login page returns; without any, there is no login page. */
      callbackUrls: z.array(z.url()),
      /** Prefix of the address of the login page, unique in the region. */
      loginDomain: z
        .string()
        .regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/)
        .optional(),
      /** Identity providers with which people can sign in instead of a password. */
      providers: z.array(IdentityProvider),
      /** The endpoint by which directories add people (SCIM): a function that may change every user of the pool. */
      scim: z.boolean(),
    }),
    logLevel: z.enum(['DEBUG', 'INFO', 'WARN', 'ERROR']),
    /** `minimal`: one alarm per kind of failure. `full`: also one per function, at $0.10 a month each. */
    alarms: z.enum(['minimal', 'full']),
    /** Addresses that alarms are mailed to; each has to confirm once. */
    alarmEmails: z.array(z.email()),
    /** A CloudWatch dashboard: $3.00 a month (the first three of an account are free). */
    dashboard: z.boolean(),
    /** Traces of requests, messages, events and runs in X-Ray: at most $5.00 per million (`npm run cost`, `docs/tracing.md`). */
    tracing: z.boolean(),
  })
  .refine((config) => config.rawRetentionDays >= config.hotRetentionDays, {
    path: ['rawRetentionDays'],
    message: 'must not be shorter than hotRetentionDays; otherwise stored points could not be replayed',
  })
  .refine(({ cors, mutualTls }) => cors === undefined || mutualTls === undefined, {
    path: ['cors'],
    message: 'must be absent with mutualTls: browsers send no certificate with preflight requests',
  })
  .refine(({ waf, mutualTls }) => waf === undefined || mutualTls === undefined, {
    path: ['waf'],
    message: 'must be absent with mutualTls: CloudFront would be the only client that the API sees',
  })
  .refine(({ waf, local }) => waf === undefined || !local, {
    path: ['waf'],
    message: 'must be absent in a local stage: the emulator has no CloudFront',
  })
  .refine((config) => config.forecastSpreadMinutes <= config.forecastCadenceMinutes / 2, {
    path: ['forecastSpreadMinutes'],
    message:
      'must not exceed half of forecastCadenceMinutes; otherwise runs that start late overlap the next ones',
  })
  .refine(
    (config) =>
      (config.reservedConcurrency.forecast ?? Number.POSITIVE_INFINITY) >= config.forecastConcurrency,
    {
      path: ['reservedConcurrency', 'forecast'],
      message: 'must not be below forecastConcurrency; otherwise a single run throttles itself',
    },
  )
  .refine(({ signIn }) => signIn.callbackUrls.length === 0 || signIn.loginDomain !== undefined, {
    path: ['signIn', 'loginDomain'],
    message: 'is needed by the login page, because signIn.callbackUrls is not empty',
  })
  .refine(({ signIn }) => signIn.providers.length === 0 || signIn.callbackUrls.length > 0, {
    path: ['signIn', 'callbackUrls'],
    message: 'must not be empty: people reach signIn.providers through the login page',
  })
  .refine(({ signIn }) => new Set(provisionedIn(signIn)).size === provisionedIn(signIn).length, {
    path: ['signIn', 'providers'],
    message: 'only one of signIn.providers may provision the people of a tenant',
  })
  .refine(({ signIn }) => signIn.scim || provisionedIn(signIn).length === 0, {
    path: ['signIn', 'scim'],
    message: 'must be true: a provider of signIn.providers provisions people',
  })
  .refine(({ local, remediation }) => local || remediation.secondsPerMinute === 60, {
    path: ['remediation', 'secondsPerMinute'],
    message: 'must be 60 outside of the emulator: actions and metrics take the time that they take',
  })
  .refine((config) => config.throttle.burst >= config.throttle.ratePerSecond, {
    path: ['throttle', 'burst'],
    message: 'must not be below throttle.ratePerSecond',
  })
  .readonly();

export type StageConfig = z.infer<typeof StageConfig>;
