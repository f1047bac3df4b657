import { untilCommitted } from '../../shared/until-committed.ts';
import type { Versioned } from '../../shared/versioned.ts';
import type { KillSwitch } from '../policy.ts';
import type { RemediationStore } from '../ports.ts';
import { refuseToLoosen } from './refuse-to-loosen.ts';
import type { Changer } from './replace-policy.ts';

export interface NewKillSwitch extends Changer {
  readonly tenantId: string;
  readonly isOn: boolean;
  readonly reason: string;
}

export interface KillSwitchDeps {
  readonly store: Pick<RemediationStore, 'state' | 'commit'>;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** Whether the actions of a tenant are stopped. */
export const isStopped = ({ item }: Versioned<KillSwitch | undefined>): boolean => item?.isOn === true;

/**
 * Stops all actions of a tenant, or allows them again, and records who did. If it is in this position already, nothing is
 * stored.
 * @throws ProblemError `forbidden` if it is turned off by a caller who is no person who may approve
 */
export const setKillSwitch = (
  { store, now }: KillSwitchDeps,
  { tenantId, isOn, reason, by, mayLoosen }: NewKillSwitch,
): Promise<KillSwitch> =>
  untilCommitted('the kill switch', async () => {
    const { killSwitch: stored, policy, head } = await store.state(tenantId);
    if (!isOn && !mayLoosen) refuseToLoosen(by, ['kill switch on → off']);
    if (isStopped(stored) === isOn && stored.item !== undefined) return stored.item;
    const at = Math.floor(now() / 1000);
    const item: KillSwitch = { isOn, reason, by: by.name, at };
    const done = await store.commit({
      ...{ tenantId, head, killSwitch: { item, revision: stored.revision } },
      decisions: [
        {
          ...{ kind: 'kill-switch-changed', at, by, outcome: { isOn, reason } },
          ...{ remediationId: null, planHash: null, policyVersion: policy.revision, inputsHash: null },
        },
      ],
    });
    return done && item;
  });
