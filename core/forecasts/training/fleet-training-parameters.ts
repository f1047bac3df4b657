/** What a training of fleet trees can be told: the hyperparameters of a search. */
import * as z from 'zod';
import { DEFAULT_TREE_SETTINGS } from './tree-settings.ts';

const { rounds, leaves, rate, minRowsPerLeaf, featuresPerTree } = DEFAULT_TREE_SETTINGS;
const count = (max: number) => z.number().int().min(1).max(max);
const share = z.number().gt(0).max(1);

/** Absent ones have the values of the trees that ship. */
export const FleetTrainingParameters = z.strictObject({
  /** Windows that are cut from each series. */
  windows: count(1000).default(40),
  /** Windows in all: fewer are cut from each series of a large fleet. They take most of the time, about 5 ms each. */
  maxWindows: count(100_000).default(20_000),
  rounds: count(1000).default(rounds),
  leaves: count(255).default(leaves),
  rate: share.default(rate),
  minRowsPerLeaf: count(1_000_000).default(minRowsPerLeaf),
  featuresPerTree: share.default(featuresPerTree),
});
export type FleetTrainingParameters = z.infer<typeof FleetTrainingParameters>;
