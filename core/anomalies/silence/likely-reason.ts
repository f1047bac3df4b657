import type { RequestSigns } from '../ports.ts';

/** Requests of the minute in which the last points came are no sign of what happened afterwards. */
const MARGIN_SECONDS = 60;

/**
 * Why nothing arrives from a tenant, from what its requests left behind since its newest point (epoch seconds): points
 * drawn from its quota, or parked payloads. Requests without a valid API key leave nothing.
 */
export const likelyReason = async (signs: RequestSigns, tenantId: string, since: number): Promise<string> => {
  const from = since + MARGIN_SECONDS;
  const [{ limit, drawn }, parked] = await Promise.all([
    signs.pointsDrawn(tenantId, from),
    signs.parkedSince(tenantId, from),
  ]);
  if (parked > 0)
    return `${parked} of its requests were accepted, but their payloads are parked, because they cannot be used`;
  if (drawn.some((points) => points >= limit))
    return `its quota of ${limit} points a minute is used up, so its requests are refused (429)`;
  if (drawn.length > 0)
    return 'its requests arrive, but bring no new points: their bodies are refused (400 to 422, with the reason), or accepted points wait to be stored';
  return 'no request with a valid API key arrived: look at its senders, their network and their API key';
};
