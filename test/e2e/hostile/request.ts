/** Shared parts of the lists of hostile requests. */
/** `refused`: 4xx. `answered`: 2xx or 4xx, whichever fits. A number: exactly that. */
export type Expected = 'refused' | 'answered' | number;

export interface HostileRequest {
  readonly name: string;
  readonly method?: string;
  readonly path: string;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly expected: Expected;
}

export const shown = (text: string): string =>
  JSON.stringify(text.length > 40 ? `${text.slice(0, 20)}… (${text.length})` : text);
export const encoded = encodeURIComponent;
export const repeated = (unit: string, length: number): string =>
  unit.repeat(Math.ceil(length / unit.length)).slice(0, length);

export const withPlaces = <Value>(
  values: readonly Value[],
  places: readonly ((value: Value) => HostileRequest)[],
): HostileRequest[] => places.flatMap((place) => values.map(place));

export const put = (path: string, body: unknown): Pick<HostileRequest, 'method' | 'path' | 'body'> => ({
  ...{ method: 'PUT', path, body: JSON.stringify(body) },
});

export const post = (path: string, body: unknown): Pick<HostileRequest, 'method' | 'path' | 'body'> => ({
  ...{ method: 'POST', path, body: JSON.stringify(body) },
});

/** JSON that is nested so many levels deep. */
export const deep = (depth: number): string => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
