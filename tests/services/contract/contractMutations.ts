/** Single changes that can make a contract invalid, generated from a contract with every field. */
export type Path = (string | number)[];
type Fields = Record<string, unknown>;

export interface Mutation {
  what: string;
  path: Path;
  /** The new value; undefined removes the field. */
  value: unknown;
}

/** Replacements for each value: one of each kind. */
const KINDS = ['', 0, 1.5, -1, Infinity, true, null, [], ['x'], [1, 1], [1, 2, 3], {}, { x: 1 }];
/** More replacements for strings and for numbers (below). Each is valid, or almost valid, somewhere. */
const TEXTS = [
  'a word|a.b|a/b/c/d|a/b/c|x.yml#a/b|sftp:x|urn:x|https://example.org/a b|2026-02-30|2024-02-29|2026-01-01T00:00:00',
  '2026-01-01T00:00:00+01:00|2026-01-01T24:00:00Z|2026-06-30T23:59:60Z|v2.2.2|v3.1.1|api|s3|custom|object|array|string',
  'integer|time|text|library|sql|rowCount|uniqueness|i128|Text',
].flatMap((line) => line.split('|'));
const NUMBERS = [2, 1e300, 1e-300, -Infinity];
/** Fields from all parts of the standard: in most places they are unknown. */
const KEYS = [
  'unknown id name type tags properties items minimum format port location from',
  'metric mustBe mustBeBetween query engine rule arguments',
].flatMap((line) => line.split(' '));

/** All mutations of a contract, or of the value at one path in it. */
export function* mutationsOf(contract: Fields, at: Path = []): Generator<Mutation> {
  for (const { path, value } of placesIn(valueAt(contract, at), at)) {
    if (path.length > 0) {
      yield { what: 'is missing', path, value: undefined };
      const others = typeof value === 'string' ? TEXTS : typeof value === 'number' ? NUMBERS : [];
      for (const other of [...KINDS, ...others]) {
        if (show(other) !== show(value)) yield { what: `is ${show(other)}`, path, value: other };
      }
    }
    if (path.length > 0) yield { what: 'is in a list', path, value: [value] };
    if (Array.isArray(value)) {
      const items = value as unknown[];
      if (items.length > 0) yield { what: 'is its first entry', path, value: items[0] };
      for (const more of ['x', 1, items[0]]) yield { what: `ends in ${show(more)}`, path, value: [...items, more] };
    } else if (typeof value === 'object' && value !== null) {
      for (const key of KEYS.filter((name) => !Object.hasOwn(value, name))) {
        for (const added of ['x', 1, []])
          yield { what: `is added, ${show(added)}`, path: [...path, key], value: added };
      }
    }
  }
}

/** Contracts with one field, entry or column each: quick to check, and together they cover the whole contract. */
export function partsOf(contract: Fields): { part: Fields; at: Path }[] {
  const { apiVersion, kind, id, version, status, schema, ...others } = contract;
  const head = { apiVersion, kind, id, version, status };
  const parts = Object.entries(others).flatMap(([key, value]) =>
    (Array.isArray(value) ? value.map((entry: unknown) => [entry]) : [value]).map((only) => ({
      part: { ...head, [key]: only },
      at: [key],
    })),
  );
  const tables = (schema as Fields[]).flatMap(({ properties = [], ...table }) => [
    { part: { ...head, schema: [table] }, at: ['schema'] },
    ...(properties as Fields[]).map((column) => ({
      part: { ...head, schema: [{ name: table['name'], properties: [column] }] },
      at: ['schema', 0, 'properties'],
    })),
  ]);
  return [{ part: head, at: [] }, ...parts, ...tables];
}

/** A copy with the mutation. It shares everything that is not on the mutation's path. */
export function mutated(content: unknown, { path, value }: Pick<Mutation, 'path' | 'value'>): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  const part = mutated(valueAt(content, [key]), { path: rest, value });
  if (Array.isArray(content)) {
    return content.flatMap((item: unknown, index) => (index !== key ? [item] : part === undefined ? [] : [part]));
  }
  const others = Object.entries(content as Fields).filter(([name]) => name !== key);
  return Object.fromEntries(part === undefined ? others : [...others, [key, part]]);
}

function* placesIn(value: unknown, path: Path): Generator<{ path: Path; value: unknown }> {
  yield { path, value };
  if (typeof value !== 'object' || value === null) return;
  const entries = Array.isArray(value) ? [...(value as unknown[]).entries()] : Object.entries(value);
  for (const [key, part] of entries) yield* placesIn(part, [...path, key]);
}

function valueAt(content: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, key) => {
    const fields = value as Fields;
    return Object.hasOwn(fields, key) ? fields[key] : undefined;
  }, content);
}

function show(value: unknown): string {
  return typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? 'nothing');
}
