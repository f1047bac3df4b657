import { CfnResource } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { EMULATOR_GAPS } from '../config/emulator-gaps.ts';

const isGap = (construct: IConstruct): construct is CfnResource =>
  CfnResource.isCfnResource(construct) && EMULATOR_GAPS.some((gap) => gap.type === construct.cfnResourceType);

/** Removes the resource types that the emulator lacks from everything under `root`. */
export const leaveOutGaps = (root: IConstruct): void => {
  for (const gap of root.node.findAll().filter(isGap)) gap.node.scope?.node.tryRemoveChild(gap.node.id);
};
