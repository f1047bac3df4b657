import { Duration } from 'aws-cdk-lib';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { StageConfig } from '../config/stage-config.ts';
import type { RawBucket } from '../metrics/raw-bucket.ts';
import type { HotTable } from '../platform/hot-table.ts';
import { ObservedFunction, type ObservedFunctionProps } from '../platform/observed-function.ts';
import type { RegistryTable } from '../platform/registry-table.ts';

export interface ApiFunctionsProps {
  readonly config: StageConfig;
  readonly hotTable: HotTable;
  readonly registry: RegistryTable;
  readonly rawBucket: RawBucket;
  readonly ingestQueue: { readonly arn: string; readonly url: string };
  readonly signalsQueue: { readonly arn: string; readonly url: string };
  readonly eventBus: { readonly arn: string; readonly name: string };
  readonly forecastStateMachineArn: string;
  readonly deploymentStateMachineArn: string;
  readonly notify: ITopic;
}

type RouteProps = Pick<ObservedFunctionProps, 'entry' | 'description' | 'memoryMb' | 'environment'>;

const FAILURE = {
  impact: 'Requests to the API fail.',
  runbook: 'The API answers 5xx',
  coveredBy: 'the 5xx alarm of the API',
};

/** The functions behind the HTTP API, each with what it may touch. */
export class ApiFunctions extends Construct {
  readonly receiveMetrics: ObservedFunction;
  readonly startForecastRun: ObservedFunction;
  readonly queryApi: ObservedFunction;
  readonly commandIncidents: ObservedFunction;
  readonly commandChanges: ObservedFunction;
  readonly commandSettings: ObservedFunction;
  readonly #props: ApiFunctionsProps;

  constructor(scope: Construct, id: string, props: ApiFunctionsProps) {
    super(scope, id);
    this.#props = props;
    this.receiveMetrics = this.#receiver();
    this.startForecastRun = this.#starter();
    this.queryApi = this.#queries();
    this.commandIncidents = this.#incidentCommands();
    this.commandChanges = this.#changeCommands();
    this.commandSettings = this.#settingsCommands();
  }

  #route(id: string, route: RouteProps): ObservedFunction {
    const { config, notify, registry } = this.#props;
    const fn = new ObservedFunction(this, id, {
      ...route,
      config,
      notify,
      // An HTTP API gives up after 30 seconds.
      timeout: Duration.seconds(29),
      failure: FAILURE,
      traced: config.traceRequests,
      environment: { REGISTRY_TABLE_NAME: registry.table.tableName, ...route.environment },
    });
    registry.grantAuthenticate(fn);
    return fn;
  }

  #receiver(): ObservedFunction {
    const { config, rawBucket, ingestQueue, registry } = this.#props;
    const receiver = this.#route('ReceiveMetrics', {
      entry: 'receive-metrics',
      description: 'Validates a payload, stores it as received and queues it',
      memoryMb: 1024,
      environment: {
        RAW_BUCKET_NAME: rawBucket.store.bucket.bucketName,
        INGEST_QUEUE_URL: ingestQueue.url,
        POINTS_PER_MINUTE: String(config.pointsPerMinute),
        HOT_RETENTION_DAYS: String(config.hotRetentionDays),
      },
    });
    registry.grantMeter(receiver);
    rawBucket.grantKeepPayloads(receiver);
    receiver.allow(['sqs:SendMessage'], [ingestQueue.arn]);
    return receiver;
  }

  #starter(): ObservedFunction {
    const { forecastStateMachineArn, registry } = this.#props;
    const starter = this.#route('StartForecastRun', {
      entry: 'start-forecast-run',
      description: "Starts a forecast run for the caller's tenant",
      memoryMb: 256,
      environment: { FORECAST_STATE_MACHINE_ARN: forecastStateMachineArn },
    });
    registry.grantRecordRuns(starter);
    starter.allow(['states:StartExecution'], [forecastStateMachineArn]);
    return starter;
  }

  #queries(): ObservedFunction {
    const { hotTable, registry } = this.#props;
    const queries = this.#route('QueryApi', {
      entry: 'query-api',
      description: 'Answers all read requests of the API',
      memoryMb: 512,
      environment: { HOT_TABLE_NAME: hotTable.table.tableName },
    });
    registry.grantList(queries);
    registry.grantListByRisk(queries);
    hotTable.grantRead(queries);
    hotTable.grantGetDetectors(queries);
    return queries;
  }

  #incidentCommands(): ObservedFunction {
    const { registry, signalsQueue, eventBus } = this.#props;
    const commands = this.#route('CommandIncidents', {
      entry: 'command-incidents',
      description: 'Transitions incidents and stores the topology',
      memoryMb: 256,
      environment: { EVENT_BUS_NAME: eventBus.name, SIGNALS_QUEUE_URL: signalsQueue.url },
    });
    registry.grantWriteIncidents(commands);
    commands.allow(['sqs:SendMessage'], [signalsQueue.arn]);
    commands.allow(['events:PutEvents'], [eventBus.arn]);
    return commands;
  }

  #changeCommands(): ObservedFunction {
    const { registry, signalsQueue, deploymentStateMachineArn } = this.#props;
    const commands = this.#route('CommandChanges', {
      entry: 'command-changes',
      description: 'Records changes, starts watching deployments, and assesses planned changes',
      memoryMb: 256,
      environment: {
        SIGNALS_QUEUE_URL: signalsQueue.url,
        DEPLOYMENT_STATE_MACHINE_ARN: deploymentStateMachineArn,
      },
    });
    registry.grantRecordChanges(commands);
    commands.allow(['states:StartExecution'], [deploymentStateMachineArn]);
    commands.allow(['sqs:SendMessage'], [signalsQueue.arn]);
    return commands;
  }

  #settingsCommands(): ObservedFunction {
    const { registry } = this.#props;
    const commands = this.#route('CommandSettings', {
      entry: 'command-settings',
      description: "Replaces a tenant's settings",
      memoryMb: 256,
    });
    registry.grantReplaceSettings(commands);
    return commands;
  }
}
