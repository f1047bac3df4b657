/** Ports that publish events, start workflows and park messages. */
import type { DomainEvent } from './domain-event.ts';

export interface EventPublisher {
  /** @throws DependencyUnavailableError with the number of entries that the bus rejected */
  publish(events: readonly DomainEvent[]): Promise<void>;
}

export interface WorkflowStarter {
  /** Starts an execution under a name derived from its cause; `already-running` if that name exists. */
  start(name: string, input: unknown): Promise<'started' | 'already-running'>;
}

export interface DeadLetters {
  /** Keeps a message that can never be processed, with the reason, until a person looks at it. */
  park(message: string, reason: string): Promise<void>;
}
