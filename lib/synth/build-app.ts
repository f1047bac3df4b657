import { type App, Tags } from 'aws-cdk-lib';
import type { StageConfig } from '../config/stage-config.ts';
import { DataStack } from '../stacks/data-stack.ts';
import { EdgeStack } from '../stacks/edge-stack.ts';
import { OperationsStack } from '../stacks/operations-stack.ts';
import { PipelineStack } from '../stacks/pipeline-stack.ts';
import { leaveOutGaps } from './leave-out-gaps.ts';

export interface ForestallStacks {
  readonly data: DataStack;
  readonly pipeline: PipelineStack;
  readonly edge: EdgeStack;
  readonly operations: OperationsStack;
}

/** Builds a stage's stacks, in the order in which they must be deployed. */
export const buildApp = (app: App, config: StageConfig): ForestallStacks => {
  const name = (part: string) => `Forestall-${config.stage}-${part}`;
  const common = { config, ...(config.env === undefined ? {} : { env: config.env }) };
  const data = new DataStack(app, name('Data'), { ...common, terminationProtection: config.retainData });
  const pipeline = new PipelineStack(app, name('Pipeline'), { ...common, data });
  const edge = new EdgeStack(app, name('Edge'), { ...common, data });
  const operations = new OperationsStack(app, name('Operations'), { ...common, data });
  // They find each other's names in SSM parameters, which CDK does not see.
  edge.addStackDependency(pipeline);
  operations.addStackDependency(edge);
  Tags.of(app).add('forestall:stage', config.stage);
  if (config.local) leaveOutGaps(app);
  return { data, pipeline, edge, operations };
};
