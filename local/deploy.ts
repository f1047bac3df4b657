export { apiAddress } from './deploy/api-address.ts';
export { deployLocal } from './deploy/deploy-local.ts';
export { requireOutput, type StackOutputs } from './deploy/stack-outputs.ts';
