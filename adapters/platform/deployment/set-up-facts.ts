import { GetAccountSettingsCommand } from '@aws-sdk/client-lambda';
import { GetParameterCommand, type SSMClient } from '@aws-sdk/client-ssm';
import * as z from 'zod';
import type { BootstrapFact, ConcurrencyFact } from '../../../core/platform/doctor/ports.ts';
import type { OperatorClients } from './clients.ts';
import { permitted } from './permitted.ts';
import { partOf, type StackTemplate, type StageResource, type StageStacks } from './stage-stacks.ts';

/** Parameter and rule with which CDK makes CloudFormation check the bootstrap version. */
const DEFAULT_PARAMETER = '/cdk-bootstrap/hnb659fds/version';
const VersionRule = z.object({
  Assertions: z.tuple([
    z.object({
      Assert: z.object({
        'Fn::Not': z.tuple([z.object({ 'Fn::Contains': z.tuple([z.array(z.string()), z.unknown()]) })]),
      }),
    }),
  ]),
});

/** The rule lists the versions that are too old. */
const minVersionOf = ({ Rules }: StackTemplate): number => {
  const rule = VersionRule.safeParse(Rules.CheckBootstrapVersion);
  if (!rule.success) return 1;
  const [tooOld] = rule.data.Assertions[0].Assert['Fn::Not'][0]['Fn::Contains'];
  return Math.max(0, ...tooOld.map(Number)) + 1;
};

const versionIn = async (parameters: SSMClient, Name: string): Promise<number | undefined> => {
  try {
    const { Parameter } = await permitted('ssm:GetParameter', () =>
      parameters.send(new GetParameterCommand({ Name })),
    );
    return Number(Parameter?.Value);
  } catch (error) {
    if (error instanceof Error && error.name === 'ParameterNotFound') return undefined;
    throw error;
  }
};

/** The bootstrap version of the account and region, and the one that the deployed templates require. */
export const readBootstrap = async (
  { parameters }: OperatorClients,
  stage: StageStacks,
): Promise<BootstrapFact> => {
  const templates = await stage.templates();
  const name = templates
    .map(({ Parameters }) => Parameters.BootstrapVersion?.Default)
    .find((path) => path !== undefined);
  return {
    version: await versionIn(parameters, name ?? DEFAULT_PARAMETER),
    minVersion: Math.max(1, ...templates.map(minVersionOf)),
  };
};

const Mapping = z.object({
  ScalingConfig: z.object({ MaximumConcurrency: z.number() }).optional(),
  StartingPosition: z.string().optional(),
  ParallelizationFactor: z.number().default(1),
});
const Machine = z.object({
  DefinitionString: z.unknown(),
  DefinitionSubstitutions: z.record(z.string(), z.unknown()).default({}),
});
const Stage = z.object({ DefaultRouteSettings: z.object({ ThrottlingRateLimit: z.number() }) });
const Reserving = z.object({ ReservedConcurrentExecutions: z.number().optional() });

/** Functions at once on behalf of a queue without a limit: Lambda starts with five batches. */
const UNLIMITED_QUEUE = 5;
/** A new on-demand table has four partitions, each with a shard: the documented peak. */
const SHARDS = 4;
/** A request to the API takes about this long, so that a rate of 10 a second keeps one function busy. */
const REQUEST_SECONDS = 0.1;

const ofMapping = (properties: unknown): number => {
  const { ScalingConfig, StartingPosition, ParallelizationFactor } = Mapping.parse(properties);
  if (StartingPosition !== undefined) return SHARDS * ParallelizationFactor;
  return ScalingConfig?.MaximumConcurrency ?? UNLIMITED_QUEUE;
};

/** The largest `MaxConcurrency` of a state machine's maps; its other states run one function. */
const ofMachine = (properties: unknown): number => {
  const { DefinitionString, DefinitionSubstitutions } = Machine.parse(properties);
  const definition = Object.entries(DefinitionSubstitutions).reduce(
    (text, [name, value]) => text.replaceAll(`\${${name}}`, String(value)),
    JSON.stringify(DefinitionString),
  );
  const limits = definition.matchAll(/MaxConcurrency[^\d,}]{0,9}(\d+)/g);
  return Math.max(1, ...[...limits].map(([, limit]) => Number(limit)));
};

const DEMANDS: Readonly<Record<string, (properties: unknown) => number>> = {
  'AWS::Lambda::EventSourceMapping': ofMapping,
  'AWS::StepFunctions::StateMachine': ofMachine,
  'AWS::ApiGatewayV2::Stage': (properties) =>
    Math.ceil(Stage.parse(properties).DefaultRouteSettings.ThrottlingRateLimit * REQUEST_SECONDS),
  'AWS::Scheduler::Schedule': () => 1,
  'AWS::Lambda::Function': (properties) => Reserving.parse(properties).ReservedConcurrentExecutions ?? 0,
};

/** Functions that each part of a stage may run at once. */
export const demandsOf = (resources: readonly StageResource[]): ConcurrencyFact['demands'] =>
  resources
    .map((resource) => ({
      what: partOf(resource),
      functions: DEMANDS[resource.type]?.(resource.properties) ?? 0,
    }))
    .filter(({ functions }) => functions > 0);

/** The quota of the account, and the functions that each part of the stage may run at once, from its templates. */
export const readConcurrency = async (
  { functions }: OperatorClients,
  stage: StageStacks,
): Promise<ConcurrencyFact> => {
  const { AccountLimit } = await permitted('lambda:GetAccountSettings', () =>
    functions.send(new GetAccountSettingsCommand({})),
  );
  return { limit: AccountLimit?.ConcurrentExecutions ?? 0, demands: demandsOf(await stage.resources()) };
};
