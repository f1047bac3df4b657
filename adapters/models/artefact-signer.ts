import type { ArtefactSigner, TrustedKeys } from '../../core/models/ports.ts';
import type { KeyRings } from '../../core/platform/secrets/ports.ts';
import { signWith, trustedKeyOf } from './signing-key.ts';

export interface SignerOptions {
  /** Of the secret that signs. */
  readonly rings: KeyRings;
  readonly keys: Pick<TrustedKeys, 'add'>;
}

/** Signs with the current version of the secret, whose public key is stored before anything depends on it. */
export const ringSigner = ({ rings, keys }: SignerOptions): ArtefactSigner => ({
  sign: async (tenantId, message) => {
    const { current } = await rings.read();
    await keys.add(tenantId, trustedKeyOf(current, tenantId));
    return signWith(current, tenantId, message);
  },
});
