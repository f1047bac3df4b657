/** Responses to commands, kept so that a repeated command gets the first response instead of a second effect. */

/** A response as it is stored and sent again. */
export interface CommandResponse {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A command that carries an Idempotency-Key. */
export interface KeyedCommand {
  readonly tenantId: string;
  /** The Idempotency-Key, as the client chose it. */
  readonly key: string;
  /** Equal for equal requests. */
  readonly fingerprint: string;
  /** Unique to this request: names the claim. */
  readonly requestId: string;
}

/** The state of a key: free until now and claimed for this request, in use by another request, or answered. */
export type Claim =
  | { readonly state: 'claimed' }
  | {
      readonly state: 'in-progress';
      readonly fingerprint: string;
      /** Epoch seconds. */
      readonly until: number;
    }
  | { readonly state: 'answered'; readonly fingerprint: string; readonly response: CommandResponse };

/** Times in epoch seconds. A claim or response is void once it has expired. */
export interface ResponseStore {
  /** Claims the key for this request unless a claim or response of it is still valid. */
  claim(command: KeyedCommand, now: number, expiresAt: number): Promise<Claim>;
  /** Replaces the request's claim by its response; false if the claim is no longer the request's. */
  complete(command: KeyedCommand, response: CommandResponse, expiresAt: number): Promise<boolean>;
  /** Gives the request's claim up, so that a retry can execute at once. */
  release(command: KeyedCommand): Promise<void>;
}
