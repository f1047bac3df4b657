import type { Actor } from '../../platform/actor.ts';
import { jsonHash } from '../../shared/canonical-json.ts';
import { ConflictError, InvalidInputError } from '../../shared/errors.ts';
import { untilCommitted } from '../../shared/until-committed.ts';
import type { Versioned } from '../../shared/versioned.ts';
import type { RemediationPolicy } from '../policy.ts';
import type { RemediationStore } from '../ports.ts';
import { refuseToLoosen } from './refuse-to-loosen.ts';

/** Who changes something, and whether it is a person who may also approve. */
export interface Changer {
  readonly by: Actor;
  readonly mayLoosen: boolean;
}

export interface NewPolicy extends Changer {
  readonly tenantId: string;
  /** The version that the caller has read; 0 if there was none. */
  readonly version: number;
  readonly policy: RemediationPolicy;
}

export interface PolicyDeps {
  readonly store: Pick<RemediationStore, 'state' | 'commit'>;
  readonly rules: {
    /** What is wrong with a policy besides its form, as sentences for people. */
    faultsOf(policy: RemediationPolicy): readonly string[];
    /** What `after` allows and `before` did not, as sentences for people. */
    loosened(before: RemediationPolicy | undefined, after: RemediationPolicy): readonly string[];
  };
  /** Epoch milliseconds. */
  readonly now: () => number;
}

const refuseFaults = (faults: readonly string[]): void => {
  if (faults.length > 0) throw new InvalidInputError(`policy: ${faults.join('; ')}`, { field: 'policy' });
};

const refuseOtherVersion = (stored: number, given: number): void => {
  if (stored !== given)
    throw new ConflictError(
      `the stored policy has version ${stored}, not ${given}: read it again, and repeat your change`,
    );
};

/**
 * Replaces the policy of a tenant, and records who did, with what was loosened.
 * @throws InvalidInputError if it names actions, alert types or parameters that do not exist
 * @throws ConflictError if the stored version is another one
 * @throws ProblemError `forbidden` if it allows more than before, and the caller is no person who may approve
 */
export const replacePolicy = async (
  { store, rules, now }: PolicyDeps,
  { tenantId, version, policy, by, mayLoosen }: NewPolicy,
): Promise<Versioned<RemediationPolicy>> => {
  refuseFaults(rules.faultsOf(policy));
  return untilCommitted('the policy', async () => {
    const { policy: stored, head } = await store.state(tenantId);
    refuseOtherVersion(stored.revision, version);
    const loosened = rules.loosened(stored.item, policy);
    if (!mayLoosen) refuseToLoosen(by, loosened);
    const outcome = { policyHash: jsonHash(policy), version: version + 1, loosened: [...loosened] };
    const done = await store.commit({
      ...{ tenantId, head, policy: { item: policy, revision: version } },
      decisions: [
        {
          ...{
            kind: 'policy-changed',
            at: Math.floor(now() / 1000),
            by,
            outcome,
            policyVersion: version + 1,
          },
          ...{ remediationId: null, planHash: null, inputsHash: null },
        },
      ],
    });
    return done && { item: policy, revision: version + 1 };
  });
};
