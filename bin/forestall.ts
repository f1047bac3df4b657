import { App } from 'aws-cdk-lib';
import { buildApp } from '../lib/build-app.ts';
import { selectStage } from '../lib/config/select-stage.ts';
import { addRulePacks } from '../lib/rule-packs.ts';

const app = new App();
buildApp(app, selectStage(app.node.tryGetContext('stage')));
addRulePacks(app);
