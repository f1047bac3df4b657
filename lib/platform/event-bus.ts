import { EventBus } from 'aws-cdk-lib/aws-events';
import { Construct } from 'constructs';
import type { ObservedFunction } from './observed-function.ts';

/** The bus on which Forestall publishes its events. Consumers add rules with a retry policy and a dead letter queue. */
export class DomainEventBus extends Construct {
  readonly bus: EventBus;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.bus = new EventBus(this, 'Bus', {
      description: 'Predicted breaches, forecast runs, anomalies, incidents and deployments',
    });
  }

  grantPublish(publisher: ObservedFunction): void {
    publisher.allow(['events:PutEvents'], [this.bus.eventBusArn]);
  }
}
