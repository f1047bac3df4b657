import { InvalidInputError } from '../errors.ts';
import type { PlannedChange } from './planned-resource.ts';

export const readCdkDiff = (content: unknown): PlannedChange => {
  throw new InvalidInputError(`cdk diff: found ${typeof content}`);
};
