import { spawn } from 'node:child_process';

export interface Diagnostic {
  source: string;
  range: { start: { line: number } };
  level: string;
  code: string;
  message: string;
}

/** The Bicep compiler as a process that answers many requests (JSON-RPC), because each start of it takes seconds. */
export interface BicepServer {
  request<Result>(method: string, parameters: object): Promise<Result>;
  close(): void;
}

/** Starts the compiler without the caller's settings, which parameter files may read. A request rejects when it ends. */
export function startBicep(executable: string): BicepServer {
  const { PATH, HOME, TMPDIR } = process.env;
  const child = spawn(executable, ['jsonrpc', '--stdio'], {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: { PATH, HOME, TMPDIR, DOTNET_SYSTEM_GLOBALIZATION_INVARIANT: '1' },
  });
  const waiting = new Map<number, { resolve: (result: never) => void; reject: (error: Error) => void }>();
  const fail = (error: Error): void => {
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };
  child.on('error', fail);
  child.on('exit', () => fail(new Error('the Bicep compiler ended')));
  let received = Buffer.alloc(0);
  child.stdout.on('data', (data: Buffer) => {
    received = Buffer.concat([received, data]);
    for (let message = takeMessage(); message; message = takeMessage()) {
      const asked = waiting.get(message.id);
      waiting.delete(message.id);
      if (message.error) asked?.reject(new Error(message.error.message));
      else asked?.resolve(message.result as never);
    }
  });

  function takeMessage(): { id: number; result?: unknown; error?: { message: string } } | undefined {
    const end = received.indexOf('\r\n\r\n');
    if (end < 0) return undefined;
    const length = Number(/Content-Length: (\d+)/i.exec(received.toString('utf8', 0, end))?.[1]);
    if (received.length < end + 4 + length) return undefined;
    const text = received.toString('utf8', end + 4, end + 4 + length);
    received = received.subarray(end + 4 + length);
    return JSON.parse(text) as { id: number };
  }

  let last = 0;
  return {
    request: (method, parameters) =>
      new Promise((resolve, reject) => {
        const id = ++last;
        waiting.set(id, { resolve, reject });
        const text = JSON.stringify({ jsonrpc: '2.0', id, method: `bicep/${method}`, params: parameters });
        child.stdin.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
      }),
    close: () => child.kill(),
  };
}
