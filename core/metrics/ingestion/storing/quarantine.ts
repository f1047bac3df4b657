/** Parks input that can never be stored, with the reason. Keys are deterministic, so repetitions overwrite themselves. */

import type { InvalidInputError } from '../../../shared/errors.ts';
import { HOUR_SECONDS } from '../../../shared/time.ts';
import { quarantineKey, unattributedKey } from '../../object-keys.ts';
import { IngestRejection } from '../decoding/ingest-rejection.ts';
import type { RawStore } from '../ports.ts';
import type { HourPart } from './hour-parts.ts';
import type { Payload, UnusableMessage } from './payload.ts';

const JSON_TYPE = 'application/json';

const putJson = (raw: RawStore, key: string, content: unknown): Promise<void> =>
  raw.put(key, new TextEncoder().encode(JSON.stringify(content)), JSON_TYPE);

const reasonOf = (error: InvalidInputError) => ({
  reason: error.message,
  field: error.field,
  ...(error instanceof IngestRejection ? { code: error.code, errors: error.errors } : {}),
});

/** Parks a whole payload (the object as received, or the message if there is none) and returns its key. */
export const parkPayload = async (
  raw: RawStore,
  { message, pointer, bytes, error }: UnusableMessage,
  now: number,
): Promise<string> => {
  const key =
    pointer === undefined ? unattributedKey(now, message.id) : quarantineKey(pointer.tenantId, pointer.key);
  if (bytes !== undefined) await raw.put(key, bytes, pointer?.contentType || 'application/octet-stream');
  else await putJson(raw, key, { messageId: message.id, body: message.body });
  await putJson(raw, `${key}.reason.json`, { ...reasonOf(error), messageId: message.id, pointer });
  return key;
};

const partBody = ({ targetId, hour, series }: HourPart, { pointer }: Payload) => ({
  tenant: pointer.tenantId,
  series: series.map(({ metric, kind, unit, offsets, values }) => {
    const timestamps = Array.from(offsets, (offset) => hour * HOUR_SECONDS + offset);
    return { target: targetId, metric, kind, unit, timestamps, values: [...values] };
  }),
});

/** Parks the part of a payload that one block rejected, as a JSON ingest body, and returns its key. */
export const parkPart = async (
  raw: RawStore,
  payload: Payload,
  part: HourPart,
  error: InvalidInputError,
): Promise<string> => {
  const { tenantId, key: rawKey, requestId, receivedAt } = payload.pointer;
  const place = `${part.hour}-${encodeURIComponent(part.targetId)}`;
  const key = `${quarantineKey(tenantId, rawKey)}.part-${place}.json`;
  await putJson(raw, key, partBody(part, payload));
  await putJson(raw, `${key}.reason.json`, { ...reasonOf(error), requestId, rawKey, receivedAt });
  return key;
};
