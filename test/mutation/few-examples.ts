/** Runs property tests with a quarter of their examples: each mutant repeats them, and the first few catch most mutants. */
import fc from 'fast-check';

fc.configureGlobal({ ...fc.readConfigureGlobal(), numRuns: 25 });
