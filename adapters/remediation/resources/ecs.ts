import {
  DescribeServicesCommand,
  ECSClient,
  ListTaskDefinitionsCommand,
  type Service,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs';
import { RestartState } from '../../../core/remediation/catalogue/restarts.ts';
import { UnitState } from '../../../core/remediation/catalogue/units.ts';
import { VersionState } from '../../../core/remediation/catalogue/versions.ts';
import { NotManagedError } from '../../../core/remediation/errors.ts';
import type { ResourceCall } from '../../../core/remediation/ports.ts';
import type { Json } from '../../../core/shared/canonical-json.ts';
import { guarded } from '../../aws/service-breakers.ts';
import { type ActionSession, sessionClient } from './action-session.ts';
import { type Executor, type Step, step } from './executor.ts';
import { partsOf } from './names.ts';
import { ownerOf, tagsOf } from './ownership.ts';

const clientOf = sessionClient((settings) => guarded(new ECSClient(settings)));

/** A service has no bounds of its own; ECS runs up to this many tasks of one. */
const MAX_TASKS = 5_000;
/** Task definitions of a family that a page lists, newest first. */
const MAX_DEFINITIONS = 100;

const serviceOf = async (resource: string, session: ActionSession): Promise<Service> => {
  const [cluster, name] = partsOf(resource);
  const describe = new DescribeServicesCommand({ cluster, services: [name], include: ['TAGS'] });
  const { services = [] } = await clientOf(session).send(describe);
  const [service] = services;
  if (service?.status !== 'ACTIVE')
    throw new NotManagedError(`there is no active ECS service ${cluster}/${name}`);
  return service;
};

const ownerOfService = ({ tags = [] }: Service) =>
  ownerOf(tagsOf(tags.map(({ key, value }) => ({ Key: key, Value: value }))));

const isDeploying = ({ deployments = [] }: Service): boolean =>
  deployments.length > 1 || deployments.some(({ rolloutState }) => rolloutState === 'IN_PROGRESS');

const update = <Input extends { [key: string]: Json }>({ resource }: ResourceCall, change: Input): Step => {
  const [cluster, service] = partsOf(resource);
  return step('ecs', 'UpdateService', { cluster, service, ...change }, (session, sent) =>
    clientOf(session).send(new UpdateServiceCommand(sent)),
  );
};

export const serviceTasks: Executor = {
  read: async ({ resource }, session) => {
    const service = await serviceOf(resource, session);
    const { desiredCount: desired = 0, runningCount: inService = 0 } = service;
    return { owner: ownerOfService(service), state: { desired, min: 0, max: MAX_TASKS, inService } };
  },
  steps: (call, { to }) => [update(call, { desiredCount: UnitState.parse(to).desired })],
  isBegun: (_, { to }, present) => UnitState.parse(present).desired === UnitState.parse(to).desired,
};

export const serviceRestart: Executor = {
  read: async ({ resource }, session) => {
    const service = await serviceOf(resource, session);
    const primary = service.deployments?.find(({ status }) => status === 'PRIMARY');
    const state = {
      generation: primary?.id ?? '',
      units: service.desiredCount ?? 0,
      isBusy: isDeploying(service),
    };
    return { owner: ownerOfService(service), state };
  },
  steps: (call) => [update(call, { forceNewDeployment: true })],
  isBegun: (_, { from }, present) =>
    RestartState.parse(present).generation !== RestartState.parse(from).generation,
};

/** `family:revision` of an ARN. */
const definitionOf = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1);

const definitionsOf = async (family: string, session: ActionSession): Promise<string[]> => {
  const list = new ListTaskDefinitionsCommand({
    ...{ familyPrefix: family, status: 'ACTIVE', sort: 'DESC', maxResults: MAX_DEFINITIONS },
  });
  const { taskDefinitionArns = [] } = await clientOf(session).send(list);
  return taskDefinitionArns.map(definitionOf);
};

export const serviceVersion: Executor = {
  read: async ({ resource }, session) => {
    const service = await serviceOf(resource, session);
    const version = definitionOf(service.taskDefinition ?? '');
    const available = await definitionsOf(version.replace(/:\d+$/, ''), session);
    const state = { version, available, units: service.desiredCount ?? 0, isBusy: isDeploying(service) };
    return { owner: ownerOfService(service), state };
  },
  steps: (call, { to }) => [update(call, { taskDefinition: VersionState.parse(to).version })],
  isBegun: (_, { to }, present) => VersionState.parse(present).version === VersionState.parse(to).version,
};
