import { median } from '../../shared/maths/averages.ts';
import { type Comparison, compare } from './expectation.ts';
import type { VerificationInputs } from './verification-inputs.ts';

/** A peer that fell to nothing, or multiplied, has trouble of its own. */
const LARGEST_FALL = -0.9;
const LARGEST_RISE = 2;

/** How the peers changed meanwhile, relative to what was expected of each. */
export interface PeerChange {
  /** Median over the peers; 0 without any. */
  readonly relative: number;
  readonly peers: number;
}

const relativeChange = ({ after, drift }: Comparison): number => {
  const change = median(after.map(({ harm, expected }) => harm - expected)) - drift;
  const size = median(after.map(({ expected, noise }) => Math.max(Math.abs(expected), noise)));
  return Math.max(LARGEST_FALL, Math.min(LARGEST_RISE, change / size));
};

/**
 * What happened to everybody: the median over the peers of their relative change against their own expectation, formed
 * in the same way as that of the targets (difference in differences). Peers without fresh points do not count.
 */
export const peerChange = (inputs: VerificationInputs, useForecast: boolean): PeerChange => {
  const changes = inputs.peers.flatMap((peer) => {
    const comparison = compare(peer, inputs, useForecast);
    return comparison === undefined ? [] : [relativeChange(comparison)];
  });
  return { relative: changes.length === 0 ? 0 : median(changes), peers: changes.length };
};
