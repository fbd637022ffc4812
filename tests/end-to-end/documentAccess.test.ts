import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startTestPlatform, type RunningTestPlatform } from './runningPlatform';

jest.setTimeout(180_000);

const CONTRACT = `apiVersion: v3.1.0
kind: DataContract
id: memos
version: 1.0.0
status: active
schema:
  - name: memos
    properties:
      - {name: id, logicalType: string, primaryKey: true, required: true, customProperties: [{property: role, value: id}]}
      - {name: title, logicalType: string, required: true, customProperties: [{property: role, value: title}]}
      - {name: body, logicalType: string, required: true, customProperties: [{property: role, value: text}]}
      - {name: written, logicalType: date, customProperties: [{property: role, value: date}]}
      - {name: readers, logicalType: string, customProperties: [{property: role, value: access}]}
    quality:
      - {type: sql, name: no long title, query: "SELECT max(title) FROM {object}", mustBe: "nothing"}
customProperties:
  - {property: maxRejectShare, value: 1}
`;
const HEADER = 'id,title,body,written,readers\n';
/** Each text has a secret word of its own. The second half has an invalid date, so that the records are rejected. */
const rows = ['finance', 'legal', 'legal;finance', '*', ''].map(
  (readers, index) =>
    `memo-${index},The treaty ${index},The treaty of the river says zebra${index}.,2026-01-0${index + 1},${readers}\n`,
);
const rejected = ['finance', 'legal', '*'].map(
  (readers, index) => `bad-${index},A bad memo,The treaty says giraffe${index}.,yesterday,${readers}\n`,
);
/** Nobody can know who may read it. */
const WITHOUT_FIELDS = 'bad-9,A short memo says giraffe9,finance\n';

const SECRETS = ['zebra0', 'zebra1', 'zebra2', 'zebra3', 'zebra4', 'giraffe0', 'giraffe1', 'giraffe2', 'giraffe9'];

let platform: RunningTestPlatform;
const contracts = mkdtempSync(path.join(tmpdir(), 'contracts-'));
beforeAll(async () => {
  writeFileSync(path.join(contracts, 'memos.yaml'), CONTRACT);
  platform = await startTestPlatform({ CONTRACTS_DIRECTORY: contracts, GATE_DECISION_TIMEOUT_HOURS: '24' });
  await platform.drop('memos', '2026-01-01', 'memos.csv', HEADER + rows.join('') + rejected.join('') + WITHOUT_FIELDS);
  await platform.ingest('memos', '2026-01-01');
  const decision = { decision: 'approve', reason: 'The rule is there to quote a title.' };
  await platform.fetch(`${platform.urls.api}/runs/ingest-memos-2026-01-01/decision`, {
    method: 'POST',
    body: JSON.stringify(decision),
  });
  for (;;) {
    const { status } = await platform.endedOrBlocked('ingest-memos-2026-01-01');
    if (status === 'Completed') break;
    if (status === 'Failed') throw new Error('the run failed');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
});
afterAll(async () => {
  await platform?.stop();
  rmSync(contracts, { recursive: true, force: true });
});

async function textOf(address: string, groups: string | undefined, body?: object): Promise<string> {
  const response = await platform.fetch(`${platform.urls.api}/${address}`, {
    headers: { accept: 'application/json', ...(groups === undefined ? {} : { 'x-local-groups': groups }) },
    ...(body && { method: 'POST', body: JSON.stringify(body) }),
  });
  expect(response.status).toBe(200);
  return response.text();
}

const QUESTION = { question: 'What does the treaty of the river say?' };
const RUN = 'runs/ingest-memos-2026-01-01';
/** Every route that answers with something about documents. */
const answersOf = async (groups: string | undefined): Promise<Record<string, string>> => ({
  documents: await textOf('documents?limit=100', groups),
  ask: await textOf('ask', groups, QUESTION),
  'ask as a stream': await textOf('ask', groups, { ...QUESTION, stream: true }),
  'ask about one dataset': await textOf('ask', groups, { ...QUESTION, dataset: 'memos' }),
  quarantine: await textOf(`${RUN}/quarantine?limit=100`, groups),
  executions: await textOf('quarantine/memos/2026-01-01', groups),
  run: await textOf(RUN, groups),
  runs: await textOf('runs', groups),
  audit: await textOf('audit', groups),
  me: await textOf('me', groups),
});

const VISIBLE: [string, string | undefined, { documents: string[]; words: string[] }][] = [
  ['the owner', undefined, { documents: ['memo-0', 'memo-1', 'memo-2', 'memo-3', 'memo-4'], words: SECRETS }],
  [
    'Ada of finance',
    'finance',
    { documents: ['memo-0', 'memo-2', 'memo-3'], words: ['zebra0', 'zebra2', 'zebra3', 'giraffe0', 'giraffe2'] },
  ],
  [
    'Bob of legal',
    'legal',
    { documents: ['memo-1', 'memo-2', 'memo-3'], words: ['zebra1', 'zebra2', 'zebra3', 'giraffe1', 'giraffe2'] },
  ],
  ['a reader of another group', 'sales', { documents: ['memo-3'], words: ['zebra3', 'giraffe2'] }],
];

describe.each(VISIBLE)('%s', (_name, groups, { documents, words }) => {
  it('sees the documents of their groups on every route, and nothing of others', async () => {
    const answers = await answersOf(groups);
    const listed = JSON.parse(answers['documents'] ?? '') as { documents: { docId: string }[] };
    expect(listed.documents.map(({ docId }) => docId).sort()).toEqual(documents);
    const all = Object.values(answers).join('\n');
    for (const secret of SECRETS.filter((word) => !words.includes(word))) expect(all).not.toContain(secret);
    for (const index of [0, 1, 2, 3, 4].filter((number) => !documents.includes(`memo-${number}`))) {
      expect(all).not.toContain(`The treaty ${index}`);
    }
    const cited = JSON.parse(answers['ask'] ?? '') as { citations: { docId: string }[] };
    expect(cited.citations.length).toBeGreaterThan(0);
    for (const word of words.filter((one) => one.startsWith('giraffe'))) expect(answers['quarantine']).toContain(word);
  });

  it('gets the count of the rejected records that they may read', async () => {
    const page = JSON.parse(await textOf(`${RUN}/quarantine`, groups)) as { counts: { codes: { records: number }[] } };
    const counted = page.counts.codes.reduce((sum, { records }) => sum + records, 0);
    expect(counted).toBe(words.filter((word) => word.startsWith('giraffe')).length);
  });
});

test('what a rule observed is shown to the owner only', async () => {
  expect(await textOf(RUN, undefined)).toContain('The treaty 4');
  expect(await textOf(RUN, 'finance')).toContain('not shown: the dataset limits who may read its documents');
});

test('what a rule observed stays hidden when the contract has lost the role, and when it is gone', async () => {
  const file = path.join(contracts, 'memos.yaml');
  // The catalogue's answer is kept for five seconds.
  const later = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5100));
  try {
    writeFileSync(file, CONTRACT.replace('value: access', 'value: category'));
    await later();
    expect(await textOf(RUN, 'finance')).not.toContain('The treaty 4');
    expect(await textOf('runs', 'finance')).not.toContain('The treaty 4');
    rmSync(file);
    await later();
    expect(await textOf(RUN, 'finance')).not.toContain('The treaty 4');
    expect(await textOf(`${RUN}/quarantine`, 'finance')).not.toContain('giraffe9');
    expect(await textOf(RUN, undefined)).toContain('The treaty 4');
  } finally {
    writeFileSync(file, CONTRACT);
    await later();
  }
});

test('groups from a column that the contract names no more show nothing to anybody but the owner', async () => {
  const file = path.join(contracts, 'memos.yaml');
  const later = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5100));
  const owners = '\n      - {name: owners, logicalType: string, customProperties: [{property: role, value: access}]}';
  try {
    const [before = '', after = ''] = CONTRACT.split('\n    quality:');
    const moved = before.replace(', customProperties: [{property: role, value: access}]', '') + owners;
    writeFileSync(file, `${moved}\n    quality:${after}`);
    await later();
    const all = Object.values(await answersOf('finance')).join('\n');
    for (const secret of SECRETS) expect(all).not.toContain(secret);
    expect(await textOf('documents?limit=100', undefined)).toContain('memo-4');
  } finally {
    writeFileSync(file, CONTRACT);
    await later();
  }
});

test('every route is either asked above or answers nothing about documents', async () => {
  const { paths } = JSON.parse(await textOf('openapi.json', undefined)) as {
    paths: Record<string, Record<string, { operationId: string }>>;
  };
  const operations = Object.values(paths).flatMap((path) => Object.values(path).map(({ operationId }) => operationId));
  const asked = ['ask', 'listAudit', 'listDocuments', 'listQuarantine', 'listRuns', 'me', 'showQuarantine', 'showRun'];
  const changing = ['cancelRun', 'decideRun', 'replayRun', 'startRun'];
  // Sums of days, and spans without a text of any document (services/telemetry/trace).
  const numbers = ['listUsage', 'showTrace'];
  const without = [...changing, ...numbers, 'health', 'listContractVersions', 'live'];
  expect(operations.sort()).toEqual([...asked, ...without].sort());
});
