/** Grants that no recorded or derived call needs, each with the reason why it stays. */
export interface ArguedGrant {
  /** Logical id of the role, or the ARN of the resource whose policy contains the grant. */
  readonly holder: RegExp;
  readonly actions: readonly string[];
  /** The service that a resource's policy allows to call. */
  readonly service?: string;
  readonly reason: string;
}

export const ARGUED_GRANTS: readonly ArguedGrant[] = [];
