import { DependencyUnavailableError } from '../../../core/shared/errors.ts';

export interface DownloadLimits {
  readonly maxBytes: number;
  readonly timeoutMs: number;
}

/** Stops reading at the limit. */
const limitedText = async ({ body }: Response, maxBytes: number): Promise<string> => {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) throw new Error(`it has more than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
};

/**
 * The document at an address. Redirects are not followed: they could lead to another provider, or to HTTP.
 * @throws DependencyUnavailableError saying why it cannot be downloaded
 */
export const downloadMetadata = async (
  address: string,
  { maxBytes, timeoutMs }: DownloadLimits,
): Promise<string> => {
  try {
    const answer = await fetch(address, { redirect: 'manual', signal: AbortSignal.timeout(timeoutMs) });
    if (answer.ok) return await limitedText(answer, maxBytes);
    await answer.body?.cancel();
    const location = answer.headers.get('location');
    throw new Error(
      location === null
        ? `status ${answer.status}`
        : `status ${answer.status}: redirects, here to ${location}, are not followed`,
    );
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new DependencyUnavailableError(
      `${address}: cannot be downloaded (${reason}); give a file with --metadata`,
      { cause },
    );
  }
};
