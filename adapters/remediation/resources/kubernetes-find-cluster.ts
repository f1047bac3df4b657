import { parseToken } from '../../../core/platform/secrets/token-credential.ts';
import { NotManagedError } from '../../../core/remediation/errors.ts';
import { ConfigurationError } from '../../../core/shared/errors.ts';
import type { Breaker } from '../../../core/shared/resilience/breaker.ts';
import type { Cluster } from './kubernetes-cluster-api.ts';
import type { FindCluster } from './kubernetes-deployments.ts';
import { secretValue } from './secret-value.ts';

/** A cluster in the settings of a stage. */
export interface ClusterAddress extends Pick<Cluster, 'url' | 'certificateAuthority'> {
  /** Of the secret with the token of a service account: `{"token": "…"}`. */
  readonly secretArn: string;
}

export interface ClusterDeps {
  /** Undefined for names that the stage does not have. */
  readonly address: (name: string) => ClusterAddress | undefined;
  readonly breaker: (name: string) => Breaker;
}

/** Clusters of a stage. The token is read under the role of the action each time, so that a rotated one is used at once. */
export const findCluster =
  ({ address, breaker }: ClusterDeps): FindCluster =>
  async (name, session) => {
    const found = address(name);
    if (found === undefined) throw new NotManagedError(`the stage has no cluster ${name}`);
    const content = await secretValue(session, found.secretArn, 'AWSCURRENT');
    if (content === undefined) throw new ConfigurationError(`the secret of cluster ${name} has no content`);
    const { token } = parseToken('current', content);
    const { url, certificateAuthority } = found;
    return { name, url, certificateAuthority, token, breaker: breaker(name) };
  };
