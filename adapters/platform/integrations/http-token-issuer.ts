import * as z from 'zod';
import type { ApiToken } from '../../../core/platform/api/integrations.ts';
import { RotationRefusedError } from '../../../core/platform/secrets/errors.ts';
import type { TokenIssuer } from '../../../core/platform/secrets/ports.ts';
import type { Breaker } from '../../../core/shared/resilience/breaker.ts';
import { callIntegration } from './call-integration.ts';

/** Issuers number their tokens, or give them names. */
const Id = z.union([z.string().min(1), z.number().int()]).transform(String);
const Listed = z.array(z.object({ id: Id, name: z.string() }));

const caller =
  (breaker: Breaker) =>
  (method: string, url: string, token: string, body?: object): Promise<Response> =>
    callIntegration(breaker, url, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });

/** The JSON of an answer. @throws RotationRefusedError for another status than success, or another form */
const read = async <T>(response: Response, schema: z.ZodType<T>, doing: string): Promise<T> => {
  if (!response.ok) throw new RotationRefusedError(`${doing}: the issuer answered ${response.status}`);
  const read = schema.safeParse(await response.json().catch(() => undefined));
  if (read.success) return read.data;
  // Without the answer: it may have a token in another field.
  throw new RotationRefusedError(`${doing}: the answer of the issuer has another form than expected`);
};

/** Issues tokens over HTTP (`ApiToken` says how). */
export const httpTokenIssuer = (
  { tokensUrl, probeUrl, tokenField }: Pick<ApiToken, 'tokensUrl' | 'probeUrl' | 'tokenField'>,
  breaker: Breaker,
): TokenIssuer => {
  const call = caller(breaker);
  const Issued = z
    .object({ id: Id })
    .and(
      z.object({ [tokenField]: z.string().min(1) }).transform((own) => ({ token: own[tokenField] ?? '' })),
    );
  return {
    issue: async (by, name) => read(await call('POST', tokensUrl, by, { name }), Issued, 'issuing a token'),
    list: async (by) => read(await call('GET', tokensUrl, by), Listed, 'listing tokens'),
    revoke: async (by, id) => {
      const response = await call('DELETE', `${tokensUrl}/${encodeURIComponent(id)}`, by);
      await response.body?.cancel();
      if (response.ok || response.status === 404) return;
      throw new RotationRefusedError(`revoking a token: the issuer answered ${response.status}`);
    },
    accepts: async (token) => {
      const response = await call('GET', probeUrl, token);
      await response.body?.cancel();
      if (response.ok) return true;
      if (response.status === 401 || response.status === 403) return false;
      throw new RotationRefusedError(`testing a token: probeUrl answered ${response.status}`);
    },
  };
};
