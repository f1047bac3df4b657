import { type App, Tags } from 'aws-cdk-lib';
import { PermissionsBoundary } from 'aws-cdk-lib/aws-iam';
import { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import type { StageConfig } from '../config/stage-config.ts';
import { type RoleBoundary, STAGE_TAG } from '../platform/role-boundary.ts';
import { DataStack } from '../stacks/data-stack.ts';
import { EdgeStack } from '../stacks/edge-stack.ts';
import { FirewallStack } from '../stacks/firewall-stack.ts';
import { OperationsStack } from '../stacks/operations-stack.ts';
import { PipelineStack } from '../stacks/pipeline-stack.ts';
import { leaveOutGaps } from './leave-out-gaps.ts';

export interface ForestallStacks {
  readonly data: DataStack;
  readonly pipeline: PipelineStack;
  readonly edge: EdgeStack;
  readonly operations: OperationsStack;
  /** Only with `waf`. */
  readonly firewall: FirewallStack | undefined;
}

/** Builds the stacks of a stage in the order of deployment. */
export const buildApp = (app: App, config: StageConfig): ForestallStacks => {
  const name = (part: string) => `Forestall-${config.stage}-${part}`;
  const common = { config, ...(config.env === undefined ? {} : { env: config.env }) };
  const data = new DataStack(app, name('Data'), { ...common, terminationProtection: config.retainData });
  const pipeline = new PipelineStack(app, name('Pipeline'), { ...common, data });
  const firewall = config.waf && new FirewallStack(app, name('Firewall'), { config, waf: config.waf });
  const edge = new EdgeStack(app, name('Edge'), { ...common, data, webAclArn: firewall?.webAclArn });
  const operations = new OperationsStack(app, name('Operations'), { ...common, data });
  // They refer to each other by SSM parameters, which CDK does not recognise as dependencies.
  edge.addStackDependency(pipeline);
  if (firewall) edge.addStackDependency(firewall);
  operations.addStackDependency(edge);
  limitRoles(app, data.roleBoundary);
  data.customerKey?.encrypt(app);
  Tags.of(app).add(STAGE_TAG, config.stage);
  if (config.local) leaveOutGaps(app);
  return { data, pipeline, edge, operations, firewall };
};

/** The boundary closest to a role wins. */
const limitRoles = (app: App, { policy, workflowPolicy }: RoleBoundary): void => {
  PermissionsBoundary.of(app).apply(policy);
  for (const part of app.node.findAll())
    if (part instanceof StateMachine) PermissionsBoundary.of(part).apply(workflowPolicy);
};
