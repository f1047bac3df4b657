import { App } from 'aws-cdk-lib';
import { ConfigurationError } from '../core/shared/errors.ts';
import { selectStage } from '../lib/config/select-stage.ts';
import { buildApp } from '../lib/synth/build-app.ts';
import { addRulePacks } from '../lib/synth/rule-packs.ts';

const app = new App();
try {
  buildApp(app, selectStage(app.node.tryGetContext('stage'), app.node.tryGetContext('tracing')));
  addRulePacks(app);
} catch (error) {
  if (!(error instanceof ConfigurationError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
