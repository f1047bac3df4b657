/** Keys of the objects that hold what was learned about groups of peers. */
import type { PeerGroupName } from './ports.ts';

export const PEERS_PREFIX = 'peers';

export const peerGroupKey = ({ tenantId, profile, part, parts }: PeerGroupName): string =>
  `${PEERS_PREFIX}/tenant=${tenantId}/${profile}-${part + 1}-of-${parts}.bin`;
