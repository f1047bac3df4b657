import { buildProgram } from './program.ts';
import { runProgram } from './run-program.ts';
import { processTerminal } from './terminal/terminal.ts';

const terminal = processTerminal();
process.exitCode = await runProgram(buildProgram(terminal), process.argv.slice(2), terminal);
