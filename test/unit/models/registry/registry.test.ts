import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ModelVersion } from '../../../../core/models/model-version.ts';
import { cardMarkdown, escapeMarkdown } from '../../../../core/models/registry/card-markdown.ts';
import { loadModel } from '../../../../core/models/registry/load-model.ts';
import { modelCard } from '../../../../core/models/registry/model-card.ts';
import { changeSince, registerModel } from '../../../../core/models/registry/registration.ts';
import { ModelSearch, searchModels } from '../../../../core/models/registry/search.ts';
import { tagModel } from '../../../../core/models/registry/tag-model.ts';
import { memorySigner } from '../../../fakes/models.ts';
import { Crash, modelWorld } from '../model-world.ts';
import {
  ADA,
  hash,
  NOW,
  newModel,
  SCOPE,
  sampleLineUp,
  sampleRollout,
  sampleVersion,
  TREES,
} from '../samples.ts';

describe('a registration', () => {
  it('makes a signed candidate under the next version, and announces it', async () => {
    const world = modelWorld();
    const model = await registerModel(world.deps(), SCOPE, newModel(), NOW);
    expect(model).toMatchObject({ version: '0.1.0', registeredAt: NOW, manifest: { version: '0.1.0' } });
    expect((await world.memory.version(SCOPE, '0.1.0'))?.item).toEqual(model);
    expect(world.published).toMatchObject([
      { name: 'ModelRegistered', detail: { version: '0.1.0', runId: 'r-1' } },
    ]);
    expect(await registerModel(world.deps(), SCOPE, newModel({ cause: 'b' }), NOW)).toMatchObject({
      version: '0.1.1',
    });
  });

  it('signs the files in the order of their names, whatever order they come in', async () => {
    const { artefact } = newModel();
    const files = ['b.bin', 'a.bin', 'c.bin'].map((name) => ({ name, bytes: 1, sha256: hash(name) }));
    const world = modelWorld();
    const model = await registerModel(
      world.deps(),
      SCOPE,
      newModel({ artefact: { ...artefact, files } }),
      NOW,
    );
    expect(model.manifest.files.map(({ name }) => name)).toEqual(['a.bin', 'b.bin', 'c.bin']);
  });

  it('happens once for a cause, whoever repeats it and wherever it dies', async () => {
    for (const fault of ['before-commit', 'after-commit', 'at-publish'] as const) {
      const world = modelWorld();
      await expect(
        registerModel(world.deps(world.memory, fault), SCOPE, newModel(), NOW),
      ).rejects.toBeInstanceOf(Crash);
      const again = () => registerModel(world.deps(), SCOPE, newModel(), NOW + 5);
      const versions = await Promise.all([again(), again(), again()]);
      expect(versions.map(({ version }) => version)).toEqual(['0.1.0', '0.1.0', '0.1.0']);
      expect(world.memory.versions()).toHaveLength(1);
      expect(new Set(world.published.map(({ detail }) => detail.id)).size).toBe(1);
    }
  });

  it('of different models at once gives each its version', async () => {
    const world = modelWorld();
    const causes = ['a', 'b', 'c'];
    const versions = await Promise.all(causes.map((cause) => world.register(cause)));
    expect(new Set(versions)).toEqual(new Set(['0.1.0', '0.1.1', '0.1.2']));
  });

  it('raises the version by what has changed', () => {
    const before = sampleVersion();
    const lineage = newModel().lineage;
    expect(changeSince(undefined, newModel())).toBe('minor');
    expect(changeSince(before, newModel())).toBe('patch');
    expect(changeSince(before, newModel({ lineage: { ...lineage, codeHash: hash('other') } }))).toBe('minor');
    expect(changeSince(before, newModel({ artefact: { ...newModel().artefact, format: 2 } }))).toBe('major');
  });
});

describe('loading', () => {
  const tampered: readonly [string, (model: ModelVersion) => Partial<ModelVersion>, string][] = [
    [
      'a manifest that was changed',
      ({ manifest }) => ({ manifest: { ...manifest, format: 2 } }),
      'does not match the signature of the key key-1',
    ],
    [
      'the manifest of another version',
      ({ manifest }) => ({ manifest: { ...manifest, version: '0.0.9' } }),
      'is that of another model',
    ],
    [
      'the manifest of another tenant',
      ({ manifest }) => ({ manifest: { ...manifest, tenantId: 'other' } }),
      'another',
    ],
    ['other code', ({ lineage }) => ({ lineage: { ...lineage, codeHash: hash('x') } }), 'another model'],
    [
      'other data',
      ({ lineage }) => ({ lineage: { ...lineage, dataManifestHash: hash('x') } }),
      'another model',
    ],
    [
      'a signature of nobody trusted',
      ({ signature }) => ({ signature: { ...signature, keyId: 'key-2' } }),
      'the key key-2, which is not trusted',
    ],
    [
      'no signature',
      ({ signature }) => ({ signature: { ...signature, value: 'A'.repeat(86) } }),
      'does not match the signature',
    ],
  ];

  const registered = async () => {
    const world = modelWorld();
    await world.register('training/r-1');
    return world;
  };

  it('returns the files of a version that is as it was signed', async () => {
    const { load } = await registered();
    const { files, model } = await load('0.1.0');
    expect(model.version).toBe('0.1.0');
    expect([...files]).toEqual([['trees.bin', TREES]]);
    await expect(load('0.9.0')).rejects.toThrow('fleet-trees has no version 0.9.0');
  });

  it.each(tampered)('refuses %s', async (_, over, reason) => {
    const world = await registered();
    const stored = await world.memory.version(SCOPE, '0.1.0');
    if (stored === undefined) throw new Error('not registered');
    const item = { ...stored.item, ...over(stored.item) };
    await world.memory.commit({ scope: SCOPE, version: { item, revision: stored.revision } });
    await expect(world.load('0.1.0')).rejects.toMatchObject({
      name: 'UntrustedModelError',
      message: expect.stringContaining(reason),
    });
  });

  it.each([
    ['is missing', undefined, 'its file trees.bin is missing'],
    ['has another length', Buffer.from('trees and more'), 'has 14 bytes instead of 5'],
    ['has other content', Buffer.from('treed'), 'is not the one that was signed'],
  ])('refuses a version of which a file %s', async (_, content, reason) => {
    const world = await registered();
    const [name = ''] = world.artefacts.files.keys();
    if (content === undefined) world.artefacts.files.delete(name);
    else world.artefacts.files.set(name, content);
    await expect(world.load('0.1.0')).rejects.toThrow(reason);
  });

  it('refuses a signature with another spelling of its bytes', async () => {
    const world = await registered();
    const stored = await world.memory.version(SCOPE, '0.1.0');
    if (stored === undefined) throw new Error('not registered');
    const { value, keyId } = stored.item.signature;
    // The last two of the 516 bits are no part of the 64 bytes.
    const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const other = digits[digits.indexOf(value.at(-1) ?? '') ^ 1];
    const signature = { keyId, value: `${value.slice(0, -1)}${other}` };
    expect(Buffer.from(signature.value, 'base64url')).toEqual(Buffer.from(value, 'base64url'));
    await world.memory.commit({
      scope: SCOPE,
      version: { item: { ...stored.item, signature }, revision: stored.revision },
    });
    await expect(world.load('0.1.0')).rejects.toThrow('does not match the signature');
  });

  it('refuses what another key signed under a trusted name', async () => {
    const world = await registered();
    const other = memorySigner('key-1');
    const deps = { ...world.deps(), trusted: [other.trusted] };
    await expect(loadModel(deps, SCOPE, '0.1.0')).rejects.toThrow('does not match the signature');
  });
});

describe('tags', () => {
  it('are set and removed, and nothing else changes', async () => {
    const world = modelWorld();
    await world.register('training/r-1');
    const before = (await world.memory.version(SCOPE, '0.1.0'))?.item;
    expect(await tagModel(world.memory, SCOPE, '0.1.0', { owner: 'ada', team: null })).toEqual({
      owner: 'ada',
    });
    expect((await world.memory.version(SCOPE, '0.1.0'))?.item).toEqual({ ...before, tags: { owner: 'ada' } });
    await expect(tagModel(world.memory, SCOPE, '0.1.0', { 'Bad name': 'x' })).rejects.toThrow(
      'tags: expected',
    );
    await expect(tagModel(world.memory, SCOPE, '0.2.0', {})).rejects.toThrow('no version 0.2.0');
  });
});

describe('a search', () => {
  const models = [
    sampleVersion({ version: '0.1.1', metrics: { crps: 0.4 }, tags: { team: 'ml' }, description: 'Deep.' }),
    sampleVersion({ version: '0.1.0' }),
  ];
  const lineUp = sampleLineUp({ champion: '0.1.1', former: ['0.0.0'] });
  const found = (search: ModelSearch) =>
    searchModels(lineUp, models, ModelSearch.parse(search)).map(({ model }) => model.version);

  it.each<[string, ModelSearch, readonly string[]]>([
    ['everything', {}, ['0.1.1', '0.1.0']],
    ['a stage', { stage: 'champion' }, ['0.1.1']],
    ['another stage', { stage: 'candidate' }, ['0.1.0']],
    ['a tag', { tags: { team: 'sre' } }, ['0.1.0']],
    ['an upper bound', { metrics: [{ metric: 'crps', max: 0.4 }] }, ['0.1.1']],
    ['a lower bound', { metrics: [{ metric: 'crps', min: 0.41 }] }, ['0.1.0']],
    ['a metric that none has', { metrics: [{ metric: 'mase' }] }, []],
    ['data', { hash: hash('data') }, ['0.1.1', '0.1.0']],
    ['a file', { hash: models[0]?.manifest.files[0]?.sha256 ?? '' }, ['0.1.1', '0.1.0']],
    ['unknown data', { hash: hash('nothing') }, []],
    ['a training', { trainingRunId: 'r-2' }, []],
    ['words in either case', { text: 'dEEp' }, ['0.1.1']],
    ['a value of a tag', { text: 'sre' }, ['0.1.0']],
    ['all of several', { stage: 'champion', text: 'trees' }, []],
  ])('finds %s', (_, search, versions) => {
    expect(found(search)).toEqual(versions);
  });
});

describe('a model card', () => {
  const lineUp = sampleLineUp({
    members: [
      {
        ...{ version: '0.1.0', cause: 'training/r-1', retired: null },
        approval: { by: ADA, at: NOW, reason: 'better | on *all* servers' },
      },
    ],
    transitions: [
      { cause: 'a', version: '0.1.0', from: 'candidate', to: 'shadow', at: NOW, reason: 'begun' },
      { cause: 'b', version: '0.2.0', from: 'candidate', to: 'shadow', at: NOW, reason: 'other' },
    ],
  });
  const ended = {
    status: 'rolled-back' as const,
    ended: { at: NOW + 9, seconds: 9, reason: { rule: 'alarm' as const, text: 'alarms stand: A' } },
  };

  it('says where a model comes from, how good it is and what became of it', () => {
    const card = modelCard(sampleVersion(), lineUp, sampleRollout(ended));
    expect(card).toMatchObject({
      ...{ version: '0.1.0', stage: 'candidate', limits: ['Not for histories of more than two days.'] },
      ...{
        metrics: { crps: 0.48 },
        lineage: { dataManifestHash: hash('data'), signedWith: 'key-1', seed: 7 },
      },
      approval: { by: 'ada', at: '2026-11-21T10:05:00.000Z' },
      history: [{ from: 'candidate', to: 'shadow', reason: 'begun' }],
      rollout: { status: 'rolled-back', seconds: 9, reason: 'alarms stand: A' },
    });
  });

  it('is readable Markdown', () => {
    const text = cardMarkdown(modelCard(sampleVersion(), lineUp, sampleRollout(ended)));
    expect(text).toContain('# Model fleet\\-trees 0\\.1\\.0\n\nStage candidate, registered at');
    expect(text).toContain('| crps | 0.48 |');
    expect(text).toContain('| leaves | 15 |\n| rate | 0.1 |');
    expect(text).toContain(
      'ada approved it at 2026\\-11\\-21T10\\:05\\:00\\.000Z: better \\| on \\*all\\* servers',
    );
    expect(text).toContain('rollout\\-1, rolled\\-back after 9 seconds: alarms stand\\: A');
  });

  it('of a model without anything more says so', () => {
    const bare = sampleVersion({ limits: [], metrics: {}, tags: {}, description: '' });
    const text = cardMarkdown(modelCard(bare, sampleLineUp(), undefined));
    for (const part of [
      'No description.',
      '## Limits\n\nNone.',
      '## Metrics\n\nNone.',
      '## Rollout\n\nNone.',
    ])
      expect(text).toContain(part);
    expect(text).toContain('Nobody has approved it.');
    expect(cardMarkdown(modelCard(bare, sampleLineUp(), sampleRollout()))).toContain('rollout\\-1, running');
  });

  it('never shows text of others as markup, nor across lines or cells', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), (text) => {
        const escaped = escapeMarkdown(text);
        expect(escaped).not.toMatch(/[\n\r]/);
        // Each mark has a backslash of its own.
        expect(escaped.replaceAll(/\\[!-/:-@[-`{-~]/g, '')).not.toMatch(/[!-/:-@[-`{-~]/);
        expect(escaped.replaceAll(/\\([!-/:-@[-`{-~])/g, '$1')).toBe(text.replaceAll(/\s+/g, ' '));
        const card = modelCard(sampleVersion({ tags: { note: text } }), sampleLineUp(), undefined);
        const row = cardMarkdown(card)
          .split('\n')
          .find((line) => line.startsWith('| note'));
        expect(row?.replaceAll(/\\[!-/:-@[-`{-~]/g, '').split('|')).toHaveLength(4);
      }),
    );
  });
});
