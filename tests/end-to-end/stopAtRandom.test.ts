import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

const SCRIPT = path.resolve(__dirname, '../../dist/bench/reliability/killAtRandom.js');

/** Runs the reliability bench and returns its totals. */
async function stopAtRandom(...options: string[]): Promise<{ output: string; totals: unknown }> {
  const child = spawn(process.execPath, [SCRIPT, '--kills', '3', '--signal', 'SIGTERM', ...options]);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  await once(child, 'close');
  const last = output.trimEnd().split('\n').at(-1) ?? '';
  return { output, totals: last.startsWith('{') ? (JSON.parse(last) as unknown) : output };
}

test.each([
  ['11', '0'],
  ['12', '10'],
])(
  'runs that a stop interrupts end completed, with equal counts (seed %s, drain of %s s)',
  async (seed, drain) => {
    const { totals } = await stopAtRandom('--seed', seed, '--drain-seconds', drain);
    expect(totals).toMatchObject({ signal: 'SIGTERM', hits: 3, disagreed: 0, wrongAtTheEnd: 0 });
  },
  240_000,
);
