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

const SPEAKERS = ['Washington', 'Jefferson', 'Jackson', 'Polk', 'Lincoln', 'Grant', 'Cleveland', 'Roosevelt', 'Wilson'];
const TOPICS = [
  [
    'the public debt',
    'the army',
    'the navy',
    'railroads and canals',
    'relations with Mexico',
    'civil rights',
    'the tariff',
  ],
  [
    'the treasury surplus',
    'Indian tribes',
    'the Philippines',
    'emancipation',
    'the post office',
    'public lands',
    'trade',
  ],
  ['immigration', 'education', 'gold and silver', 'farmers', 'the courts', 'war and peace', 'commerce with China'],
].flat();
const FORMS = [
  'What did {speaker} say about {topic}?',
  'Which plans had {speaker} for {topic}?',
  'How were {topic} in the years of {speaker}?',
];

/** The question with this number; the first 567 are all different. They share words and passages, as those of real users do. */
function questionOf(number: number): string {
  const speaker = SPEAKERS[number % SPEAKERS.length] ?? '';
  const topic = TOPICS[Math.floor(number / SPEAKERS.length) % TOPICS.length] ?? '';
  const form = FORMS[Math.floor(number / (SPEAKERS.length * TOPICS.length)) % FORMS.length] ?? '';
  return form.replace('{speaker}', speaker).replace('{topic}', topic);
}

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

async function round({ urls: { api }, settings }: State, first: number, questions: number): Promise<object> {
  const headers = { authorization: `Bearer ${settings.LOCAL_TOKEN ?? ''}`, 'content-type': 'application/json' };
  let over = false;
  const watched = Promise.all(['live', 'health'].map((name) => watch(`${api}/${name}`, () => over)));
  const since = performance.now();
  const asked = await Promise.all(
    Array.from({ length: questions }, (_, index) => {
      const question = questionOf(first + index);
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
    milliseconds: {
      answered: spread(times(200)),
      refused: spread(times(429)),
      live: spread(live),
      health: spread(health),
    },
  };
}

async function main(): Promise<void> {
  const [folder = '.local', questions = '500', rounds = '2'] = process.argv.slice(2);
  const state = JSON.parse(readFileSync(path.join(folder, 'platform.json'), 'utf8')) as State;
  // Starts the encoder and fills the connection pools.
  await round(state, 0, 8);
  for (let number = 0; number < Number(rounds); number += 1) {
    console.log(JSON.stringify(await round(state, 8 + number * Number(questions), Number(questions))));
  }
}

void main();
