import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { stringify } from 'yaml';
import { readContractWithEngine } from '../../../lib/contract/reading/readContract';
import { createEngines, type DuckDbEngines } from '../../../lib/duckdb/engines';
import type { FaultList } from '../../../lib/problems/problem';
import { createContractEngine } from '../../../lib/quality/analyseQueries';
import { errorOf } from '../../support/lake';

let folder: string;
let engines: DuckDbEngines;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'unsound-texts-'));
  engines = createEngines({ memoryLimitInMegabytes: 256 });
});
afterAll(async () => {
  engines.close();
  await rm(folder, { recursive: true, force: true });
});

const role = (value: string) => [{ property: 'role', value }];
/** With a text in every kind of place that a contract has. */
const CONTRACT = {
  apiVersion: 'v3.1.0',
  kind: 'DataContract',
  id: 'test',
  name: 'Notes',
  version: '1.0.0',
  status: 'active',
  description: { purpose: 'some' },
  tags: ['one'],
  schema: [
    {
      name: 'notes',
      description: 'Notes of people',
      quality: [
        {
          type: 'sql',
          name: 'few',
          severity: 'error',
          query: "SELECT count(*) FROM {object} WHERE title = 'x'",
          mustBeLessThan: 9,
        },
      ],
      properties: [
        { name: 'id', logicalType: 'string', primaryKey: true, customProperties: role('id') },
        {
          ...{ name: 'title', physicalName: 'Title', logicalType: 'string', description: 'Of the note' },
          ...{ logicalTypeOptions: { pattern: 'a+' }, customProperties: role('title') },
          quality: [{ metric: 'invalidValues', arguments: { validValues: ['a'] }, mustBe: 0 }],
        },
        { name: 'day', logicalType: 'date', logicalTypeOptions: { format: '%d.%m.%Y', minimum: '2026-01-01' } },
        { name: 'price', logicalType: 'number', physicalType: 'decimal(9,2)' },
        { name: 'body', logicalType: 'string', customProperties: role('text') },
      ],
    },
  ],
  customProperties: [
    { property: 'nullText', value: 'NULL' },
    { property: 'delimiter', value: ';' },
    { property: 'glob', value: ['*.csv', '*.txt'] },
    { property: 'ignoredFiles', value: 'error' },
    {
      property: 'sqlSource',
      value: { query: 'select * from notes', watermarkColumn: 'seq', connectionSetting: 'SQL_SOURCE_SHOP' },
    },
  ],
};

interface Place {
  path: (string | number)[];
  text: string;
}
function placesOf(value: unknown, at: Place['path'] = []): Place[] {
  if (typeof value === 'string') return [{ path: at, text: value }];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, item]) =>
    placesOf(item, [...at, Array.isArray(value) ? Number(name) : name]),
  );
}
const fieldOf = ({ path: at }: Place) =>
  at.map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index > 0 ? '.' : ''}${part}`)).join('');

function withText({ path: at }: Place, text: string): string {
  const copy = structuredClone(CONTRACT) as unknown as Record<string | number, unknown>;
  let parent = copy;
  for (const part of at.slice(0, -1)) parent = parent[part] as typeof parent;
  parent[at.at(-1) ?? ''] = text;
  return stringify(copy);
}

const read = (text: string) => readContractWithEngine(text, 'notes.yaml', createContractEngine(engines, folder));

const PLACES = placesOf(CONTRACT).map((place): [string, Place] => [fieldOf(place), place]);

it.each(PLACES)('%s may not have a NUL or half of a surrogate pair', async (field, place) => {
  for (const character of ['\0', '\ud83d']) {
    const middle = place.text.length >> 1;
    for (const at of [0, middle, place.text.length]) {
      const text = place.text.slice(0, at) + character + place.text.slice(at);
      const error = (await errorOf(read(withText(place, text)))) as unknown as FaultList;
      expect(error).toMatchObject({ code: 'CONTRACT_INVALID', status: 422 });
      expect(error.faults.map(({ where }) => where?.field)).toContain(field);
    }
  }
});

it('a name of a field may not have one either', async () => {
  const text = stringify({ ...CONTRACT, description: { 'pur\0pose': 'some' } });
  const { faults } = (await errorOf(read(text))) as unknown as FaultList;
  expect(faults).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ message: 'The text has a NUL character.', found: '"pur\\u0000pose"' }),
    ]),
  );
});

it('all texts of the contract are sound', async () => {
  expect((await read(stringify(CONTRACT))).contract.dataset).toBe('notes');
});

it.each(['\u0001', '\u001b', '\u007f', '\u0085', '\u2028', '\u202e', '\t', '\u{1F600}'])(
  'other characters are kept, and the engine takes them: %j',
  async (character) => {
    for (const name of ['pattern', 'query', 'purpose', 'watermarkColumn']) {
      const place = PLACES.find(([field]) => field === name || field.endsWith(`.${name}`))?.[1];
      const text = place?.text.replace("'x'", `'${character}'`).replace(/^(a|some|seq)/, `$1${character}`) ?? '';
      expect(text).toContain(character);
      const { contract } = await read(withText(place ?? { path: [], text }, text));
      expect(JSON.stringify(contract)).toContain(JSON.stringify(text.replace('{object}', '"notes"')).slice(1, -1));
    }
  },
);
