import { type ChangeFeatures, featuresOf } from '../../../core/changes/risk/engine/change-features.ts';
import type { DeployExample } from '../../../core/changes/risk/engine/risk-model.ts';
import { type PlannedChange, readPlannedChange } from '../../../core/changes/risk/formats/planned-change.ts';
import { type RandomStream, randomStream } from '../../../core/simulator/random.ts';
import type { Edit, Story } from './edit.ts';
import { HARMFUL_STORIES } from './harmful-stories.ts';
import { HARMLESS_STORIES } from './harmless-stories.ts';
import { renderCdkDiff } from './render-cdk-diff.ts';
import { renderChangeSet } from './render-change-set.ts';

/** An owner with the distribution of their deployments. */
export interface Owner {
  readonly name: string;
  /** Share of deployments with a harmful scenario. */
  readonly harmful: number;
  /** Scenarios of this owner only, drawn before the others with their share of 100 deployments. */
  readonly own?: readonly (Story & { readonly wasUnhealthy: boolean })[];
}

/** A deployment with its label and description. */
export interface MadeUpDeployment extends DeployExample {
  readonly story: string;
  /** Failed for a reason that no description of the change shows. */
  readonly isHidden: boolean;
}

/** The scenario whose share contains a number; undefined beyond the last. */
const storyAt = <S extends Story>(stories: readonly S[], at: number): S | undefined => {
  let end = 0;
  for (const story of stories) {
    end += story.share;
    if (at < end) return story;
  }
  return undefined;
};

const drawStory = (stories: readonly Story[], draw: RandomStream): Story => {
  const total = stories.reduce((sum, { share }) => sum + share, 0);
  return storyAt(stories, draw.uniform() * total) ?? stories[0]!;
};

const ownStory = ({ own = [] }: Owner, draw: RandomStream) => storyAt(own, draw.uniform() * 100);

const readBoth = (edits: readonly Edit[], asChangeSet: boolean): PlannedChange =>
  asChangeSet
    ? readPlannedChange('cloudformation-change-set', renderChangeSet(edits))
    : readPlannedChange('cdk-diff', renderCdkDiff(edits));

/** Exclusive limit of routine changes that accompany a deployment; circumstances are random. */
const MAX_ROUTINE = 4;
const CHANCE = { openIncidents: 0.04, recentIncidents: 0.15, recentFailures: 0.12, outsideHours: 0.15 };

const contextOf = (story: Story, draw: RandomStream) => ({
  openIncidents: draw.uniform() < CHANCE.openIncidents ? 1 : 0,
  recentIncidents: draw.uniform() < CHANCE.recentIncidents ? 1 + draw.below(2) : 0,
  recentFailures: draw.uniform() < CHANCE.recentFailures ? 1 : 0,
  recentDeploys: draw.below(4),
  isOutsideHours: draw.uniform() < CHANCE.outsideHours,
  ...story.context,
});

const makeUp = (owner: Owner, seed: number, index: number): MadeUpDeployment => {
  const draw = randomStream(seed, owner.name, index);
  const own = ownStory(owner, draw);
  const isHarmful = own?.wasUnhealthy ?? draw.uniform() < owner.harmful;
  const story = own ?? drawStory(isHarmful ? HARMFUL_STORIES : HARMLESS_STORIES, draw);
  const routine = Array.from({ length: draw.below(MAX_ROUTINE) }, () => drawStory(HARMLESS_STORIES, draw));
  const edits = [story, ...routine].flatMap(({ edits: make }) => make(draw));
  const numbered = edits.map((edit, at) => ({ ...edit, name: `${edit.name}${at}` }));
  const change = readBoth(numbered, draw.below(2) === 0);
  const features: ChangeFeatures = featuresOf(change, contextOf(story, draw));
  return { story: story.name, features, wasUnhealthy: isHarmful, isHidden: story.isHidden === true };
};

/** Deployments of one owner; equal arguments give equal deployments. */
export const madeUpDeployments = (owner: Owner, count: number, seed: number): MadeUpDeployment[] =>
  Array.from({ length: count }, (_, index) => makeUp(owner, seed, index));
