import { DescribeRuleCommand } from '@aws-sdk/client-eventbridge';
import { GetEventSourceMappingCommand, GetFunctionConcurrencyCommand } from '@aws-sdk/client-lambda';
import { GetScheduleCommand } from '@aws-sdk/client-scheduler';
import * as z from 'zod';
import { DELETED, type FunctionFact, type TriggerFact } from '../../../core/platform/doctor/ports.ts';
import { inParallel } from '../../../core/shared/in-parallel.ts';
import type { OperatorClients } from './clients.ts';
import { isGone, permitted } from './permitted.ts';
import { partOf, type StageResource, type StageStacks } from './stage-stacks.ts';

type ReadTrigger = (clients: OperatorClients, resource: StageResource) => Promise<TriggerFact>;

/** A word of a command line. */
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

const readSchedule: ReadTrigger = async ({ schedules }, resource) => {
  const answer = await permitted('scheduler:GetSchedule', () =>
    schedules.send(new GetScheduleCommand({ Name: resource.physicalId })),
  );
  const { $metadata, Arn, CreationDate, LastModificationDate, ...settings } = answer;
  // An update replaces all settings of a schedule.
  const enabled = JSON.stringify({ ...settings, State: 'ENABLED' });
  return {
    name: partOf(resource),
    kind: 'schedule',
    isEnabled: settings.State === 'ENABLED',
    state: settings.State ?? 'unknown',
    enable: `aws scheduler update-schedule --cli-input-json ${quoted(enabled)}`,
  };
};

/** The name of a rule on a bus of its own is `bus|rule`; the emulator omits the bus. */
const busAndRule = (physicalId: string, bus: string | undefined): { bus?: string; rule: string } => {
  const [first = '', second] = physicalId.split('|');
  if (second !== undefined) return { bus: first, rule: second };
  return bus === undefined ? { rule: first } : { bus, rule: first };
};

const Rule = z.object({ EventBusName: z.object({ Ref: z.string() }).optional() });

const ruleReader =
  (names: ReadonlyMap<string, string>): ReadTrigger =>
  async ({ events }, { path, physicalId, properties }) => {
    const reference = Rule.safeParse(properties).data?.EventBusName?.Ref;
    const { bus, rule } = busAndRule(physicalId, reference === undefined ? undefined : names.get(reference));
    const { State = 'unknown' } = await permitted('events:DescribeRule', () =>
      events.send(new DescribeRuleCommand({ Name: rule, EventBusName: bus })),
    );
    return {
      name: path,
      kind: 'rule',
      isEnabled: State.startsWith('ENABLED'),
      state: State,
      enable: `aws events enable-rule --name ${rule}${bus === undefined ? '' : ` --event-bus-name ${bus}`}`,
    };
  };

const readEventSource: ReadTrigger = async ({ functions }, resource) => {
  const UUID = resource.physicalId;
  const { State = 'unknown' } = await permitted('lambda:GetEventSourceMapping', () =>
    functions.send(new GetEventSourceMappingCommand({ UUID })),
  );
  return {
    name: partOf(resource),
    kind: 'event source',
    isEnabled: !['Disabled', 'Disabling', 'Deleting'].includes(State),
    state: State,
    enable: `aws lambda update-event-source-mapping --uuid ${UUID} --enabled`,
  };
};

/** A trigger that the stage declares as disabled may be disabled. */
const isDeclaredOn = ({ properties }: StageResource): boolean =>
  properties.State !== 'DISABLED' && properties.Enabled !== false;

const KINDS = {
  'AWS::Scheduler::Schedule': 'schedule',
  'AWS::Events::Rule': 'rule',
  'AWS::Lambda::EventSourceMapping': 'event source',
} as const;

const readAll = async (
  clients: OperatorClients,
  stage: StageStacks,
  type: keyof typeof KINDS,
  read: ReadTrigger,
): Promise<readonly TriggerFact[]> =>
  inParallel(3, (await stage.ofType(type)).filter(isDeclaredOn), async (resource) => {
    try {
      return await read(clients, resource);
    } catch (error) {
      if (!isGone(error)) throw error;
      return { name: partOf(resource), kind: KINDS[type], isEnabled: false, state: DELETED, enable: '' };
    }
  });

const readFunction = async (
  { functions }: OperatorClients,
  resource: StageResource,
): Promise<FunctionFact> => {
  const id = resource.physicalId;
  const isStopped = resource.properties.ReservedConcurrentExecutions === 0;
  try {
    const { ReservedConcurrentExecutions } = await permitted('lambda:GetFunctionConcurrency', () =>
      functions.send(new GetFunctionConcurrencyCommand({ FunctionName: id })),
    );
    const state = ReservedConcurrentExecutions === 0 && !isStopped ? 'stopped' : 'active';
    return { name: partOf(resource), id, state };
  } catch (error) {
    if (!isGone(error)) throw error;
    return { name: partOf(resource), id, state: 'deleted' };
  }
};

/** The functions of the stage. */
export const readFunctions = async (clients: OperatorClients, stage: StageStacks) =>
  inParallel(3, await stage.ofType('AWS::Lambda::Function'), (one) => readFunction(clients, one));

/** The schedules of the stage. */
export const readSchedules = (clients: OperatorClients, stage: StageStacks) =>
  readAll(clients, stage, 'AWS::Scheduler::Schedule', readSchedule);

/** The rules of the stage on all buses. */
export const readRules = async (clients: OperatorClients, stage: StageStacks) => {
  const buses = await stage.ofType('AWS::Events::EventBus');
  const names = new Map(buses.map(({ logicalId, physicalId }) => [logicalId, physicalId]));
  return readAll(clients, stage, 'AWS::Events::Rule', ruleReader(names));
};

/** The queues and streams that invoke functions. */
export const readEventSources = (clients: OperatorClients, stage: StageStacks) =>
  readAll(clients, stage, 'AWS::Lambda::EventSourceMapping', readEventSource);
