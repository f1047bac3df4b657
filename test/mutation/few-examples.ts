/** Properties are tried on a quarter of their examples: each mutant runs them again, and most fall to the first few. */
import fc from 'fast-check';

fc.configureGlobal({ ...fc.readConfigureGlobal(), numRuns: 25 });
