/** What leaves the pipeline: events and workflow starts. */
import type { DomainEvent } from './domain-event.ts';

export interface EventPublisher {
  /** @throws DependencyUnavailableError naming how many entries the bus refused */
  publish(events: readonly DomainEvent[]): Promise<void>;
}

export interface WorkflowStarter {
  /** Starts an execution under a name derived from its cause; `already-running` when that name exists. */
  start(name: string, input: unknown): Promise<'started' | 'already-running'>;
}
