import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, type Stack } from 'aws-cdk-lib';
import * as z from 'zod';
import type { StageConfig } from '../config/stage-config.ts';
import { buildApp, type ForestallStacks } from './build-app.ts';

const CdkJson = z.object({ context: z.record(z.string(), z.unknown()) });

export const PARTS = ['data', 'pipeline', 'edge', 'operations'] as const;
export type Part = (typeof PARTS)[number] | 'firewall';

export interface Synthesis {
  readonly app: App;
  readonly stacks: ForestallStacks;
  /** That of the firewall only with `waf`. */
  readonly templates: Readonly<Partial<Record<Part, unknown>>>;
}

const root = join(import.meta.dirname, '../..');

/**
 * Synthesises a stage in this process, with the feature flags of `cdk.json` and a placeholder for every bundle.
 * `prepare` runs before synthesis.
 */
export const synthesise = (config: StageConfig, prepare: (app: App) => void = () => {}): Synthesis => {
  const { context } = CdkJson.parse(JSON.parse(readFileSync(join(root, 'cdk.json'), 'utf8')));
  const bundle = join(root, 'lib/platform/placeholder-bundle');
  const outdir = mkdtempSync(join(tmpdir(), 'forestall-synth-'));
  try {
    const app = new App({
      outdir,
      analyticsReporting: false,
      context: { ...context, 'forestall:bundle': bundle, 'aws:cdk:bundling-stacks': [] },
    });
    const stacks = buildApp(app, config);
    prepare(app);
    const assembly = app.synth();
    const template = (part: (typeof PARTS)[number]): unknown => templateOf(stacks[part]);
    const templateOf = ({ artifactId }: Stack): unknown => assembly.getStackArtifact(artifactId).template;
    const templates = {
      data: template('data'),
      pipeline: template('pipeline'),
      edge: template('edge'),
      operations: template('operations'),
      ...(stacks.firewall && { firewall: templateOf(stacks.firewall) }),
    };
    return { app, stacks, templates };
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
};
