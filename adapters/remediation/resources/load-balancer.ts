import {
  DescribeListenersCommand,
  DescribeTagsCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
  type Listener,
  ModifyListenerCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import * as z from 'zod';
import { NotManagedError } from '../../../core/remediation/errors.ts';
import { readResourceId } from '../../../core/remediation/resource.ts';
import { guarded } from '../../aws/service-breakers.ts';
import { type ActionSession, sessionClient } from './action-session.ts';
import { type Executor, type Place, step } from './executor.ts';
import { ownerOf, tagsOf } from './ownership.ts';

const clientOf = sessionClient((settings) => guarded(new ElasticLoadBalancingV2Client(settings)));

const arnOf = ({ region, account }: Place, part: string): string =>
  `arn:aws:elasticloadbalancing:${region}:${account}:${part}`;

const listenerArn = (place: Place, resource: string): string =>
  arnOf(place, `listener/${readResourceId(resource).name}`);

/** `<name>/<id>` of a target group's ARN: a policy names target groups like this. */
const groupName = (arn: string): string => arn.slice(arn.indexOf('targetgroup/') + 'targetgroup/'.length);

/**
 * The weights of the only default action. Changing the weights replaces the action, so a listener with more than that,
 * such as authentication or stickiness, is left alone.
 * @throws NotManagedError for such a listener
 */
const weightsOf = ({ DefaultActions = [] }: Listener, resource: string): Record<string, number> => {
  const [forward, ...others] = DefaultActions;
  const { TargetGroups = [], TargetGroupStickinessConfig } = forward?.ForwardConfig ?? {};
  if (forward?.Type !== 'forward' || others.length > 0 || TargetGroupStickinessConfig?.Enabled === true)
    throw new NotManagedError(
      `${resource}: the default action must be a single "forward" without stickiness, because changing its weights replaces it`,
    );
  return Object.fromEntries(
    TargetGroups.map(({ TargetGroupArn = '', Weight = 1 }) => [groupName(TargetGroupArn), Weight]),
  );
};

const healthyTargets = async (arn: string, session: ActionSession): Promise<number> => {
  const describe = new DescribeTargetHealthCommand({ TargetGroupArn: arn });
  const { TargetHealthDescriptions = [] } = await clientOf(session).send(describe);
  return TargetHealthDescriptions.filter(({ TargetHealth }) => TargetHealth?.State === 'healthy').length;
};

const Weights = z.object({ weights: z.record(z.string(), z.number()) });

export const listenerWeights = (place: Place): Executor => ({
  read: async ({ resource }, session) => {
    const arn = listenerArn(place, resource);
    const describe = new DescribeListenersCommand({ ListenerArns: [arn] });
    const { Listeners = [] } = await clientOf(session).send(describe);
    const [listener] = Listeners;
    if (listener === undefined) throw new NotManagedError(`there is no listener ${arn}`);
    const weights = weightsOf(listener, resource);
    const described = await clientOf(session).send(new DescribeTagsCommand({ ResourceArns: [arn] }));
    const healthy = await Promise.all(
      Object.keys(weights).map(
        async (name) => [name, await healthyTargets(arnOf(place, `targetgroup/${name}`), session)] as const,
      ),
    );
    return {
      owner: ownerOf(tagsOf(described.TagDescriptions?.[0]?.Tags)),
      state: { weights, healthy: Object.fromEntries(healthy) },
    };
  },
  steps: ({ resource }, { to }) => {
    const TargetGroups = Object.entries(Weights.parse(to).weights).map(([name, Weight]) => ({
      ...{ TargetGroupArn: arnOf(place, `targetgroup/${name}`), Weight },
    }));
    const DefaultActions = [{ Type: 'forward' as const, ForwardConfig: { TargetGroups } }];
    const input = { ListenerArn: listenerArn(place, resource), DefaultActions };
    return [
      step('elasticloadbalancing', 'ModifyListener', input, (session, sent) =>
        clientOf(session).send(new ModifyListenerCommand(sent)),
      ),
    ];
  },
  isBegun: ({ action }, change, present) => action.isDone(change, present),
});
