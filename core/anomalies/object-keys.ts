/** Keys of the objects that hold what was learned about targets and about groups of peers. */
import type { Owner } from './anomaly.ts';
import type { PeerGroupName } from './ports.ts';

export const PEERS_PREFIX = 'peers';
export const DETECTORS_PREFIX = 'detectors';

export const peerGroupKey = ({ tenantId, profile, part, parts }: PeerGroupName): string =>
  `${PEERS_PREFIX}/tenant=${tenantId}/${profile}-${part + 1}-of-${parts}.bin`;

export const detectorStateKey = ({ tenantId, targetId }: Owner): string =>
  `${DETECTORS_PREFIX}/tenant=${tenantId}/${targetId}.bin`;
