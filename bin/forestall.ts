import { App } from 'aws-cdk-lib';
import { selectStage } from '../lib/config/select-stage.ts';
import { buildApp } from '../lib/synth/build-app.ts';
import { addRulePacks } from '../lib/synth/rule-packs.ts';

const app = new App();
buildApp(app, selectStage(app.node.tryGetContext('stage')));
addRulePacks(app);
