import { readFileSync } from 'node:fs';
import path from 'node:path';

// Usage: node dist/bench/load.js [data folder of a running platform] [questions at once] [rounds]
// Sends so many questions at the same moment to a platform that `npm start` runs, and meanwhile asks /api/live and
// /api/health one after the other. To compare two versions, start both, each with its own data folder, and run this on each
// in turn. The client uses processor time of the same machine.

interface Timed {
  status: number;
  milliseconds: number;
}

interface State {
  urls: { api: string };
  settings: { LOCAL_TOKEN?: string };
}

const QUESTIONS = [
  'What did Lincoln say about emancipation?',
  'How large was the public debt after the war?',
  'What should be done about the Philippines?',
  'Why did the president ask for a larger navy?',
  'What is said about railroads and canals?',
  'How are relations with Mexico?',
  'What did the president say about civil rights?',
  'What happened to the treasury surplus?',
];

async function timed(request: () => Promise<Response>): Promise<Timed> {
  const since = performance.now();
  try {
    const response = await request();
    await response.arrayBuffer();
    return { status: response.status, milliseconds: performance.now() - since };
  } catch {
    return { status: 0, milliseconds: performance.now() - since };
  }
}

/** Asks again and again until `isOver`. */
async function watch(address: string, isOver: () => boolean): Promise<number[]> {
  const times: number[] = [];
  while (!isOver()) {
    times.push((await timed(() => fetch(address))).milliseconds);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return times;
}

function spread(values: number[]): { median: number; p95: number; most: number } {
  const sorted = [...values].sort((one, other) => one - other);
  const at = (share: number): number => Math.round(sorted[Math.floor((sorted.length - 1) * share)] ?? 0);
  return { median: at(0.5), p95: at(0.95), most: at(1) };
}

async function round({ urls: { api }, settings }: State, questions: number): Promise<object> {
  const headers = { authorization: `Bearer ${settings.LOCAL_TOKEN ?? ''}`, 'content-type': 'application/json' };
  let over = false;
  const watched = Promise.all(['live', 'health'].map((name) => watch(`${api}/${name}`, () => over)));
  const since = performance.now();
  const asked = await Promise.all(
    Array.from({ length: questions }, (_, index) => {
      const question = QUESTIONS[index % QUESTIONS.length];
      return timed(() => fetch(`${api}/ask`, { method: 'POST', headers, body: JSON.stringify({ question }) }));
    }),
  );
  const seconds = (performance.now() - since) / 1000;
  over = true;
  const [live = [], health = []] = await watched;
  const times = (status: number): number[] =>
    asked.filter((one) => one.status === status).map(({ milliseconds }) => milliseconds);
  return {
    answered: times(200).length,
    refused: times(429).length,
    other: asked.filter(({ status }) => status !== 200 && status !== 429).map(({ status }) => status),
    answersPerSecond: Math.round((10 * times(200).length) / seconds) / 10,
    milliseconds: { answered: spread(times(200)), refused: spread(times(429)), live: spread(live), health: spread(health) },
  };
}

async function main(): Promise<void> {
  const [folder = '.local', questions = '500', rounds = '2'] = process.argv.slice(2);
  const state = JSON.parse(readFileSync(path.join(folder, 'platform.json'), 'utf8')) as State;
  await round(state, 8);
  for (let number = 0; number < Number(rounds); number += 1) {
    console.log(JSON.stringify(await round(state, Number(questions))));
  }
}

void main();
