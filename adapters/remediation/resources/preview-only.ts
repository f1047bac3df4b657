import type { Resources } from '../../../core/remediation/ports.ts';
import { ConfigurationError } from '../../../core/shared/errors.ts';
import type { Place } from './executor.ts';
import { executors } from './executors.ts';
import { makeResources } from './make-resources.ts';

const refuse = (): never => {
  throw new ConfigurationError('a simulation calls nothing');
};

/** The calls that changes of resources in `place` would make, without any way to make them. */
export const previewOnly = (place: Place): Pick<Resources, 'preview'> => {
  const webhook = { target: refuse, ownTenant: '', hasBegun: refuse, now: refuse };
  const { preview } = makeResources({
    executors: executors({ place, findCluster: refuse, webhook, now: refuse }),
    session: refuse,
  });
  return { preview };
};
