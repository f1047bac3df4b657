/** Many signed requests at once, each judged by when its credential must pass and when it must be refused. */

export interface SignedRequest {
  /** `GET /v1/settings` */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** The status of the answer if the credential passes. */
  readonly passes: number;
}

/** Times in epoch milliseconds. Between the two, either answer is right. */
export interface Credential {
  readonly kind: string;
  readonly request: (index: number) => SignedRequest;
  /** Answers before this time must pass. */
  passesUntil: number;
  /** Requests after this time must be refused. */
  refusedFrom: number;
}

export const credential = (kind: string, request: Credential['request']): Credential => ({
  ...{ kind, request },
  ...{ passesUntil: Number.POSITIVE_INFINITY, refusedFrom: Number.POSITIVE_INFINITY },
});

interface Tally {
  /** Answers that had to be what they were. */
  passed: number;
  refused: number;
}

const SENDERS = 8;
const SHOWN_FAULTS = 10;

export class SignedLoad {
  readonly credentials: Credential[] = [];
  /** Requests that should have passed, and those that should have been refused, each with its answer. */
  readonly wronglyRefused: string[] = [];
  readonly wronglyPassed: string[] = [];
  readonly tallies = new Map<string, Tally>();
  sent = 0;
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  /** Sends requests while something is done, and until there were so many of them. Returns also how many were sent meanwhile. */
  async during<Result>(atLeast: number, work: () => Promise<Result>): Promise<[Result, number]> {
    const first = this.sent;
    let isWorking = true;
    const sender = async () => {
      while (isWorking || this.sent - first < atLeast) await this.#send(this.sent++);
    };
    const senders = Promise.all(Array.from({ length: SENDERS }, sender));
    try {
      const result = await work();
      return [result, this.sent - first];
    } finally {
      isWorking = false;
      await senders;
    }
  }

  async #send(index: number): Promise<void> {
    const used = this.credentials[index % this.credentials.length];
    if (used === undefined) throw new Error('there is no credential to sign with');
    const { target, headers, body, passes } = used.request(index);
    const [method = 'GET', path] = target.split(' ');
    const sentAt = Date.now();
    const answer = await fetch(`${this.#url}${path}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body }),
    });
    const text = await answer.text();
    this.#judge(used, sentAt, answer.status, passes, text);
  }

  #judge(used: Credential, sentAt: number, status: number, passes: number, text: string): void {
    const tally = this.tallies.get(used.kind) ?? { passed: 0, refused: 0 };
    this.tallies.set(used.kind, tally);
    const fault = () => `${used.kind}: ${status} ${text.slice(0, 200)}`;
    if (sentAt >= used.refusedFrom) {
      if (status === 401) tally.refused++;
      else if (this.wronglyPassed.length < SHOWN_FAULTS) this.wronglyPassed.push(fault());
    } else if (Date.now() < used.passesUntil) {
      if (status === passes) tally.passed++;
      else if (this.wronglyRefused.length < SHOWN_FAULTS) this.wronglyRefused.push(fault());
    } else if (status !== passes && status !== 401) this.wronglyRefused.push(fault());
  }
}
