export { apiAddress } from './deploy/api-address.ts';
export { type DeployOptions, deployLocal } from './deploy/deploy-local.ts';
export { readStackOutputs, requireOutput, type StackOutputs } from './deploy/stack-outputs.ts';
