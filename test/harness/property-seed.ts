/**
 * Property tests draw the same cases in every run, so that a result depends on the commit alone.
 * PROPERTY_SEED draws others: a number, or `random`. A failure prints the seed that it used.
 */
import fc from 'fast-check';

const { PROPERTY_SEED = '1' } = process.env;
if (PROPERTY_SEED !== 'random')
  fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(PROPERTY_SEED) });
