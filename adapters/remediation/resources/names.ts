/** Names of resources, taken apart. */
import { readResourceId } from '../../../core/remediation/resource.ts';

/** The parts of a resource's name between its slashes: cluster and service, function and alias. */
export const partsOf = (resource: string): readonly [string, string, string, string] => {
  const [a = '', b = '', c = '', ...rest] = readResourceId(resource).name.split('/');
  return [a, b, c, rest.join('/')];
};
