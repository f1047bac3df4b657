import { Duration } from 'aws-cdk-lib';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { ApiFunctionName } from '../../core/platform/api/operation.ts';
import type { AnomalyTable } from '../anomalies/anomaly-table.ts';
import type { ChangeTable } from '../changes/change-table.ts';
import type { StageConfig } from '../config/stage-config.ts';
import type { ForecastBucket } from '../forecasts/forecast-bucket.ts';
import type { ForecastTable } from '../forecasts/forecast-table.ts';
import type { IncidentTable } from '../incidents/incident-table.ts';
import type { BlockTable } from '../metrics/block-table.ts';
import type { RawBucket } from '../metrics/raw-bucket.ts';
import type { TargetTable } from '../metrics/target-table.ts';
import type { ApiKeyTable } from '../platform/api-key-table.ts';
import { ObservedFunction, type ObservedFunctionProps } from '../platform/observed-function.ts';
import type { RequestTable } from '../platform/request-table.ts';
import type { SecretStore } from '../platform/secret-store.ts';
import type { SettingsTable } from '../platform/settings-table.ts';
import type { SignIn } from '../platform/sign-in.ts';
import { ceilingVariable } from '../remediation/stage-ceiling.ts';
import { grantDecide, grantReadRemediations, type RemediationParts } from './remediation-access.ts';

export interface ApiFunctionsProps extends RemediationParts {
  readonly config: StageConfig;
  readonly apiKeys: ApiKeyTable;
  readonly signIn: SignIn;
  readonly secrets: SecretStore;
  readonly settings: SettingsTable;
  readonly requests: RequestTable;
  readonly blocks: BlockTable;
  readonly targets: TargetTable;
  readonly forecasts: ForecastTable;
  readonly anomalies: AnomalyTable;
  readonly forecastBucket: ForecastBucket;
  readonly incidents: IncidentTable;
  readonly changes: ChangeTable;
  readonly rawBucket: RawBucket;
  readonly ingestQueue: { readonly arn: string; readonly url: string };
  readonly signalsQueue: { readonly arn: string; readonly url: string };
  readonly eventBus: { readonly arn: string; readonly name: string };
  readonly forecastStateMachineArn: string;
  readonly deploymentStateMachineArn: string;
  readonly notify: ITopic;
}

type RouteProps = Pick<
  ObservedFunctionProps,
  'description' | 'memoryMb' | 'environment' | 'reservedConcurrency'
> & {
  readonly entry: ApiFunctionName;
};

/** Machines send metrics and provision people: their functions accept no tokens. */
const ONLY_FOR_KEYS: ReadonlySet<ApiFunctionName> = new Set(['receive-metrics', 'provision-people']);

const FAILURE = {
  impact: 'Requests to the API fail.',
  runbook: 'The API answers 5xx',
  coveredBy: 'the 5xx alarm of the API',
};

/** Functions that a stage has only if a switch is on. */
type Optional = 'provision-people';

/** The functions behind the HTTP API, each with its permissions. */
export class ApiFunctions extends Construct {
  readonly byName: Readonly<
    Record<Exclude<ApiFunctionName, Optional>, ObservedFunction> & Partial<Record<Optional, ObservedFunction>>
  >;
  readonly #props: ApiFunctionsProps;

  constructor(scope: Construct, id: string, props: ApiFunctionsProps) {
    super(scope, id);
    this.#props = props;
    this.byName = {
      'receive-metrics': this.#receiver(),
      'start-forecast-run': this.#starter(),
      'query-api': this.#queries(),
      'command-incidents': this.#incidentCommands(),
      'command-changes': this.#changeCommands(),
      'command-settings': this.#settingsCommands(),
      'command-remediations': this.#remediationCommands(),
      'receive-webhook': this.#webhooks(),
      'command-api-keys': this.#keyCommands(),
      'issue-access-token': this.#route('IssueAccessToken', {
        entry: 'issue-access-token',
        description: 'Issues short-lived access tokens',
        memoryMb: 256,
      }),
      ...(props.config.signIn.scim ? { 'provision-people': this.#provisioning() } : {}),
    };
  }

  #route(id: string, route: RouteProps): ObservedFunction {
    const { config, notify, apiKeys, secrets, signIn, requests } = this.#props;
    const fn = new ObservedFunction(this, id, {
      ...route,
      environment: {
        ...route.environment,
        TENANT_QUOTAS: JSON.stringify(config.quotas),
        ...(config.waf && { BEHIND_CLOUDFRONT: 'true' }),
      },
      config,
      notify,
      // The HTTP API times out after 30 seconds.
      timeout: Duration.seconds(29),
      failure: FAILURE,
      traced: true,
    });
    apiKeys.grantAuthenticate(fn);
    requests.grantMeter(fn);
    if (ONLY_FOR_KEYS.has(route.entry)) return fn;
    signIn.grantVerify(fn);
    secrets.grantVerify(fn, 'api');
    return fn;
  }

  #receiver(): ObservedFunction {
    const { config, settings, rawBucket, ingestQueue, targets, requests } = this.#props;
    const receiver = this.#route('ReceiveMetrics', {
      entry: 'receive-metrics',
      description: 'Validates a payload, stores it as received and queues it',
      // The worst legal bodies take less than 400 MB (`forestall bench hostile`).
      memoryMb: 512,
      reservedConcurrency: config.reservedConcurrency.receive,
      environment: {
        RAW_BUCKET_NAME: rawBucket.store.bucket.bucketName,
        INGEST_QUEUE_URL: ingestQueue.url,
        HOT_RETENTION_DAYS: String(config.hotRetentionDays),
      },
    });
    targets.grantFind(receiver);
    requests.grantNoteThings(receiver);
    settings.grantGet(receiver);
    rawBucket.grantKeepPayloads(receiver);
    receiver.allow(['sqs:SendMessage'], [ingestQueue.arn]);
    return receiver;
  }

  #starter(): ObservedFunction {
    const { config, forecastStateMachineArn, forecasts, requests } = this.#props;
    const starter = this.#route('StartForecastRun', {
      entry: 'start-forecast-run',
      description: "Starts a forecast run for the caller's tenant",
      memoryMb: 256,
      environment: {
        FORECAST_STATE_MACHINE_ARN: forecastStateMachineArn,
        MAX_ACTIVE_RUNS: String(config.maxActiveRuns),
      },
    });
    requests.grantNoteThings(starter);
    forecasts.grantRecordRuns(starter);
    forecasts.grantReadRuns(starter);
    starter.allow(['states:StartExecution'], [forecastStateMachineArn]);
    return starter;
  }

  #queries(): ObservedFunction {
    const { config, settings, blocks, targets, forecasts, anomalies, forecastBucket, incidents, changes } =
      this.#props;
    const { requests } = this.#props;
    const queries = this.#route('QueryApi', {
      entry: 'query-api',
      description: 'Answers all read requests of the API',
      memoryMb: 512,
      reservedConcurrency: config.reservedConcurrency.query,
      environment: {
        FORECAST_BUCKET_NAME: forecastBucket.store.bucket.bucketName,
        ...ceilingVariable(config),
      },
    });
    settings.grantGet(queries);
    requests.grantListBreakers(queries);
    blocks.grantReadRange(queries);
    targets.grantGet(queries);
    targets.grantList(queries);
    forecasts.grantReadForecasts(queries);
    forecasts.grantReadRuns(queries);
    forecasts.grantListByRisk(queries);
    anomalies.grantList(queries);
    anomalies.grantGet(queries);
    forecastBucket.grantReadDetectors(queries);
    forecastBucket.grantReadScores(queries);
    incidents.grantGet(queries);
    incidents.grantList(queries);
    changes.grantGet(queries);
    changes.grantList(queries);
    grantReadRemediations(queries, this.#props);
    return queries;
  }

  #incidentCommands(): ObservedFunction {
    const { incidents, requests, signalsQueue, eventBus } = this.#props;
    const commands = this.#route('CommandIncidents', {
      entry: 'command-incidents',
      description: 'Transitions incidents and stores the topology',
      memoryMb: 256,
      environment: { EVENT_BUS_NAME: eventBus.name, SIGNALS_QUEUE_URL: signalsQueue.url },
    });
    requests.grantExecuteOnce(commands);
    incidents.grantWrite(commands);
    commands.allow(['sqs:SendMessage'], [signalsQueue.arn]);
    commands.allow(['events:PutEvents'], [eventBus.arn]);
    return commands;
  }

  #changeCommands(): ObservedFunction {
    return this.#recorder('CommandChanges', {
      entry: 'command-changes',
      description: 'Records changes, starts watching deployments, and assesses planned changes',
    });
  }

  #webhooks(): ObservedFunction {
    const receiver = this.#recorder('ReceiveWebhook', {
      entry: 'receive-webhook',
      description: 'Verifies signed webhooks and records the changes that they bring',
    });
    this.#props.secrets.grantVerify(receiver, 'webhook');
    this.#props.settings.grantGet(receiver);
    return receiver;
  }

  /** A function that records changes. */
  #recorder(id: string, route: Pick<RouteProps, 'entry' | 'description'>): ObservedFunction {
    const { incidents, changes, requests, signalsQueue, deploymentStateMachineArn } = this.#props;
    const commands = this.#route(id, {
      ...route,
      memoryMb: 256,
      environment: {
        SIGNALS_QUEUE_URL: signalsQueue.url,
        DEPLOYMENT_STATE_MACHINE_ARN: deploymentStateMachineArn,
      },
    });
    requests.grantNoteThings(commands);
    requests.grantExecuteOnce(commands);
    changes.grantWrite(commands);
    changes.grantList(commands);
    incidents.grantList(commands);
    commands.allow(['states:StartExecution'], [deploymentStateMachineArn]);
    commands.allow(['sqs:SendMessage'], [signalsQueue.arn]);
    return commands;
  }

  #settingsCommands(): ObservedFunction {
    const { settings, requests } = this.#props;
    const commands = this.#route('CommandSettings', {
      entry: 'command-settings',
      description: "Replaces a tenant's settings and the secrets of its webhooks",
      memoryMb: 256,
    });
    requests.grantExecuteOnce(commands);
    settings.grantReplace(commands);
    return commands;
  }

  #remediationCommands(): ObservedFunction {
    const { requests, signalsQueue, eventBus } = this.#props;
    const commands = this.#route('CommandRemediations', {
      entry: 'command-remediations',
      description: 'Takes decisions about remediations and policies, and alerts of other systems',
      memoryMb: 256,
      environment: { EVENT_BUS_NAME: eventBus.name, SIGNALS_QUEUE_URL: signalsQueue.url },
    });
    requests.grantExecuteOnce(commands);
    grantDecide(commands, this.#props);
    commands.allow(['events:PutEvents'], [eventBus.arn]);
    commands.allow(['sqs:SendMessage'], [signalsQueue.arn]);
    return commands;
  }

  #keyCommands(): ObservedFunction {
    const { apiKeys, requests } = this.#props;
    const commands = this.#route('CommandApiKeys', {
      entry: 'command-api-keys',
      description: 'Lists, creates, rotates and revokes API keys',
      memoryMb: 256,
    });
    apiKeys.grantManage(commands);
    requests.grantReadKeyUses(commands);
    return commands;
  }

  #provisioning(): ObservedFunction {
    const commands = this.#route('ProvisionPeople', {
      entry: 'provision-people',
      description: 'Adds, changes and removes the people of a tenant for its directory (SCIM)',
      memoryMb: 256,
    });
    const { signIn, requests } = this.#props;
    signIn.grantProvision(commands);
    requests.grantNoteThings(commands);
    return commands;
  }
}
