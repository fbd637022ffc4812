import { startDistantHttp, type DistanceOptions } from './distantHttp';

// The network of the measurement, in a process of its own: its work must not slow down those who read through it.

async function main(): Promise<void> {
  const { port, counts } = await startDistantHttp(JSON.parse(process.argv[2] ?? '{}') as DistanceOptions);
  process.on('message', () => process.send?.(counts));
  process.on('disconnect', () => process.exit());
  process.send?.({ port });
}

void main();
