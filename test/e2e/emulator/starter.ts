/** Starts the emulator and waits to be killed: `node starter.ts PROJECT_ROOT PYTHON FOLDER`. */
import { startEmulator } from '../../../local/emulator/emulator.ts';

const [projectRoot = '', python = '', folder = ''] = process.argv.slice(2);
const { pid, port } = await startEmulator({ projectRoot, python, folder });
process.stdout.write(`${JSON.stringify({ pid, port })}\n`);
setInterval(() => {}, 1000);
