/** A headless Chromium, driven through the DevTools protocol: https://chromedevtools.github.io/devtools-protocol/ */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import * as z from 'zod';
import { environmentOf } from './real-chromium.ts';

export interface Screen {
  readonly width: number;
  readonly height: number;
  readonly mobile: boolean;
}

export interface BrowserPage {
  open(url: string): Promise<void>;
  /** Value of an expression in the page. */
  evaluate(expression: string): Promise<unknown>;
}

export interface Browser {
  page(screen: Screen): Promise<BrowserPage>;
  stop(): Promise<void>;
}

const ARGUMENTS = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'];

const Message = z.object({ id: z.number().optional(), result: z.unknown(), error: z.unknown() }).partial();

type Send = (method: string, params?: object, sessionId?: string) => Promise<unknown>;

/** Address of the protocol, which Chromium prints when it is ready. */
const addressOf = (child: ChildProcessWithoutNullStreams): Promise<string> =>
  new Promise((resolve, reject) => {
    let printed = '';
    child.once('exit', (code) => reject(new Error(`Chromium ended with ${code}: ${printed}`)));
    child.stderr.on('data', (chunk: Buffer) => {
      printed += chunk.toString();
      const [address] = /ws:\/\/\S+/.exec(printed) ?? [];
      if (address !== undefined) resolve(address);
    });
  });

const connect = async (address: string): Promise<{ readonly send: Send; readonly close: () => void }> => {
  const socket = new WebSocket(address);
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  let last = 0;
  socket.onmessage = ({ data }) => {
    const { id, result, error } = Message.parse(JSON.parse(String(data)));
    const call = waiting.get(id ?? 0);
    if (error === undefined) call?.resolve(result);
    else call?.reject(new Error(JSON.stringify(error)));
  };
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = reject;
  });
  const send: Send = (method, params = {}, sessionId) => {
    const call = Promise.withResolvers<unknown>();
    waiting.set(++last, call);
    socket.send(JSON.stringify({ id: last, method, params, ...(sessionId && { sessionId }) }));
    return call.promise;
  };
  return { send, close: () => socket.close() };
};

const Evaluated = z.object({
  result: z.object({ value: z.unknown().optional() }),
  exceptionDetails: z.unknown().optional(),
});

const pageOf = async (send: Send, screen: Screen): Promise<BrowserPage> => {
  const created = z.object({ targetId: z.string() });
  const { targetId } = created.parse(await send('Target.createTarget', { url: 'about:blank' }));
  const attached = z.object({ sessionId: z.string() });
  const { sessionId } = attached.parse(await send('Target.attachToTarget', { targetId, flatten: true }));
  await send('Emulation.setDeviceMetricsOverride', { ...screen, deviceScaleFactor: 1 }, sessionId);
  const evaluate = async (expression: string) => {
    const answer = await send('Runtime.evaluate', { expression, returnByValue: true }, sessionId);
    const { result, exceptionDetails } = Evaluated.parse(answer);
    if (exceptionDetails !== undefined) throw new Error(`${expression}: ${JSON.stringify(exceptionDetails)}`);
    return result.value;
  };
  return {
    evaluate,
    open: async (url) => {
      await send('Page.navigate', { url }, sessionId);
      const isThere = `document.readyState === 'complete' && location.href === ${JSON.stringify(url)}`;
      await expect.poll(() => evaluate(isThere), { timeout: 20_000 }).toBe(true);
    },
  };
};

/** Starts the program with a profile of its own. */
export const startBrowser = async (program: string): Promise<Browser> => {
  const profile = mkdtempSync(join(tmpdir(), 'forestall-chromium-'));
  const child = spawn(
    program,
    [...ARGUMENTS, '--remote-debugging-port=0', `--user-data-dir=${profile}`, 'about:blank'],
    { env: environmentOf(program) },
  );
  const { send, close } = await connect(await addressOf(child));
  return {
    page: (screen) => pageOf(send, screen),
    stop: async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      await send('Browser.close').catch(() => child.kill());
      await ended;
      close();
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
};
