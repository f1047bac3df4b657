import { QueryDefinition, QueryString } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { StageConfig } from '../config/stage-config.ts';

export interface SavedQueriesProps {
  readonly config: StageConfig;
}

/** Logs Insights queries that the runbook names. They cost nothing until run ($0.005 per GB read). */
export class SavedQueries extends Construct {
  constructor(scope: Construct, id: string, { config }: SavedQueriesProps) {
    super(scope, id);
    const folder = `Forestall ${config.stage}`;
    new QueryDefinition(this, 'Errors', {
      queryDefinitionName: `${folder}/Errors by function`,
      queryString: new QueryString({
        fields: ['@timestamp', 'service', 'message', 'error.name', 'error.message', 'tenantId', 'runId'],
        filterStatements: ['level = "ERROR"'],
        sort: '@timestamp desc',
        limit: 100,
      }),
    });
    new QueryDefinition(this, 'Run', {
      queryDefinitionName: `${folder}/Story of one run`,
      queryString: new QueryString({
        fields: ['@timestamp', 'service', 'message', 'tenantId', 'index'],
        filterStatements: ['runId = "put the run id here"'],
        sort: '@timestamp asc',
        limit: 1000,
      }),
    });
  }
}
