import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RemovalPolicy, Validations } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { DefinitionBody, LogLevel, StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { ConfigurationError } from '../../core/shared/errors.ts';
import type { StageConfig } from '../config/stage-config.ts';
import { acknowledgeWildcards } from './acknowledge-wildcards.ts';
import { type ObservedFunction, UNTRACED } from './observed-function.ts';
import { vendedLogs } from './vended-logs.ts';

export interface WorkflowProps {
  /** File name in `state-machines/`, without `.asl.json`. */
  readonly definition: string;
  readonly config: StageConfig;
  /** Placeholder (`PlanForecastRunFunctionArn`) -> function; the machine may invoke all of them. */
  readonly functions: Readonly<Record<string, ObservedFunction>>;
  /** Placeholder -> state machine that this one may start. */
  readonly starts?: Readonly<Record<string, StateMachine>>;
  /** Placeholder -> number that the stage decides. */
  readonly numbers?: Readonly<Record<string, number>>;
  /**
   * Invokes the present versions of the functions, so that an execution finishes on the code that it began with; the
   * functions need `keepVersions`. The placeholder `WorkflowVersion` gets the version of the definition.
   */
  readonly isPinned?: boolean;
}

/** A state machine from its definition file: logged without data, traced if the stage enables it, and allowed to call only what the file names. */
export class Workflow extends Construct {
  readonly machine: StateMachine;

  constructor(scope: Construct, id: string, props: WorkflowProps) {
    super(scope, id);
    const starts = props.starts ?? {};
    const substitutions = {
      ...mapValues(props.functions, (target) =>
        props.isPinned ? target.fn.currentVersion.functionArn : target.fn.functionArn,
      ),
      ...(props.isPinned ? { WorkflowVersion: definitionVersion(props.definition) } : {}),
      ...mapValues(starts, (machine) => machine.stateMachineArn),
      ...mapValues(props.numbers ?? {}, String),
    };
    this.machine = new StateMachine(this, 'StateMachine', {
      definitionBody: DefinitionBody.fromString(readDefinition(props.definition, Object.keys(substitutions))),
      definitionSubstitutions: substitutions,
      tracingEnabled: props.config.tracing,
      logs: {
        destination: makeLogGroup(this, props.config),
        level: LogLevel.ALL,
        includeExecutionData: false,
      },
    });
    this.#allowInvoking(Object.values(props.functions), props.isPinned === true);
    this.#allow(
      'states:StartExecution',
      Object.values(starts).map((machine) => machine.stateMachineArn),
    );
    acknowledgeDelivery(this.machine);
    if (!props.config.tracing) acknowledgeUntraced(this.machine);
  }

  /** Executions of an earlier release invoke versions of that release. */
  #allowInvoking(functions: readonly ObservedFunction[], isPinned: boolean): void {
    const arns = functions.map(({ fn }) => (isPinned ? `${fn.functionArn}:*` : fn.functionArn));
    this.#allow('lambda:InvokeFunction', arns);
    if (isPinned) acknowledgeVersions(this.machine, arns);
  }

  #allow(action: string, resources: string[]): void {
    if (resources.length > 0)
      this.machine.addToRolePolicy(new PolicyStatement({ actions: [action], resources }));
  }
}

const mapValues = <A, B>(record: Readonly<Record<string, A>>, change: (value: A) => B): Record<string, B> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));

const makeLogGroup = (scope: Construct, config: StageConfig): LogGroup =>
  new LogGroup(scope, 'Logs', {
    logGroupName: vendedLogs('states', scope),
    retention: config.logRetentionDays,
    removalPolicy: RemovalPolicy.DESTROY,
  });

/** Reads the definition and checks its placeholders: AWS silently leaves unknown ones in place. */
const readDefinition = (name: string, supplied: readonly string[]): string => {
  const text = textOf(name);
  const placeholders = new Set([...text.matchAll(/\$\{(\w+)\}/g)].map(([, placeholder]) => placeholder));
  const missing = [...placeholders].filter((placeholder) => !supplied.includes(placeholder ?? ''));
  const unused = supplied.filter((placeholder) => !placeholders.has(placeholder));
  if (missing.length + unused.length === 0) return text;
  throw new ConfigurationError(
    `state-machines/${name}.asl.json: placeholders without a value: [${missing.join(', ')}]; values without a placeholder: [${unused.join(', ')}].`,
  );
};

/** Version of a definition: the beginning of the hash of its text. */
const definitionVersion = (name: string): string =>
  createHash('sha256').update(textOf(name)).digest('hex').slice(0, 12);

const textOf = (name: string): string =>
  readFileSync(join(import.meta.dirname, '../../state-machines', `${name}.asl.json`), 'utf8');

const acknowledgeVersions = (machine: StateMachine, arns: readonly string[]): void =>
  acknowledgeWildcards(machine, arns, 'All versions of one function, because executions finish on theirs.');

const acknowledgeDelivery = (machine: StateMachine): void =>
  Validations.of(machine).acknowledge({
    id: 'AwsSolutions::AwsSolutions-IAM5[Resource::*]',
    reason: 'Log delivery and X-Ray have no resource-level permissions; all other resources are named.',
  });

const acknowledgeUntraced = (machine: StateMachine): void => {
  const reason = UNTRACED;
  Validations.of(machine).acknowledge({ id: 'AwsSolutions::AwsSolutions-SF2', reason });
  Validations.of(machine).acknowledge({ id: 'Serverless::Serverless-StepFunctionStateMachineXray', reason });
};
