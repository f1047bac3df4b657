/** Events that announce what happened in a context. Each context declares its own in `events.ts`. */
import * as z from 'zod';

/** Fields that the detail of every event has. */
export const eventFields = {
  /** Derived from the cause, so that consumers can drop a repeated delivery. */
  id: z.string(),
  tenantId: z.string(),
  occurredAt: z.iso.datetime(),
};

/** An event of any context, ready to publish. */
export interface DomainEvent {
  /** The detail type on the bus, in the past tense. */
  readonly name: string;
  /** `forestall.<context>` */
  readonly source: string;
  readonly detail: { readonly id: string; readonly tenantId: string; readonly occurredAt: string };
}

/** The events that a context's map of schemas describes; `detail` matches the schema of its `name`. */
export type EventOf<Schemas extends Readonly<Record<string, z.ZodType>>, Source extends string> = {
  [Name in keyof Schemas]: {
    readonly name: Name;
    readonly source: Source;
    readonly detail: z.infer<Schemas[Name]>;
  };
}[keyof Schemas];
