import type { ColumnRoles } from '../contract/contract';
import type { ColumnProfile } from './profileColumns';

/** A derived key has no column with the role id. */
export type GuessedRoles = Partial<ColumnRoles> & Pick<ColumnRoles, 'title' | 'text'>;

export interface NamedProfile extends ColumnProfile {
  name: string;
}

/** Characters of the longest key. */
export const LONGEST_KEY = 500;

/** Who may read a document is for people to decide. */
type GuessedRole = Exclude<keyof ColumnRoles, 'access'>;

const NAMES = {
  id: [
    /^(?:id|key|uuid|guid|doc_?id)$/,
    /(?:^|_)(?:id|key|no|num|nr|number|code|uuid|guid|slug|isbn|doi|sku)$/,
    /url|link|uri/,
  ],
  title: [/^(?:title|headline|headlines|subject)$/, /title|headline|subject|heading|caption|(?:^|_)name$/],
  text: [
    /^(?:body|text|content|fulltext|article)$/,
    /body|text|content|abstract|description|summary|message|review|comment/,
  ],
  author: [
    /^(?:author|authors|speaker|writer|agency|publisher)$/,
    /author|speaker|writer|creator|publisher|agency|sender|byline/,
  ],
  date: [/^(?:date|published_at|published|publish_date)$/, /publish|date|time|created|day|year/],
  category: [/^(?:category|topic|section|genre)$/, /category|topic|section|genre|type|kind|tag|class|event|party/],
} satisfies Record<GuessedRole, RegExp[]>;

/**
 * Guesses by name and content which column has which role. `key`: the columns of the key; with one, it has the role id.
 * Undefined when the file has no column.
 */
export function guessRoles(columns: NamedProfile[], key: readonly string[]): GuessedRoles | undefined {
  const keys = columns.filter(({ name }) => key.includes(name));
  const id = keys.length === 1 ? keys[0] : undefined;
  const fallback = id ?? keys[0] ?? columns[0];
  if (fallback === undefined) return undefined;
  const texts = columns.filter((column) => column !== id && column.logicalType === 'string' && column.filled > 0);
  const title = best(texts, (column) => byName(column, 'title')) ?? fallback;
  const others = texts.filter((column) => column !== title);
  const text =
    best(others, (column) => byName(column, 'text') * 10 + (column.averageLength > 100 ? 5 : 0)) ??
    best(others, (column) => (column.averageLength > 40 ? column.averageLength : 0)) ??
    (title === fallback ? best(others, (column) => column.averageLength) : title) ??
    fallback;
  const taken = new Set([id, title, text]);
  const free = columns.filter((column) => !taken.has(column) && column.filled > 0);
  const author = best(free, (column) => (column.logicalType === 'string' ? byName(column, 'author') : 0));
  const date = best(free, (column) =>
    column.logicalType === 'date' || column.logicalType === 'timestamp' ? 0.5 + byName(column, 'date') : 0,
  );
  const category = best(free, (column) =>
    column.logicalType === 'string' && column !== author ? byName(column, 'category') : 0,
  );
  return {
    ...(id === undefined ? {} : { id: id.name }),
    title: title.name,
    text: text.name,
    ...(author === undefined ? {} : { author: author.name }),
    ...(date === undefined ? {} : { date: date.name }),
    ...(category === undefined ? {} : { category: category.name }),
  };
}

/** Higher for a more specific name; 0 when the name does not match. */
export function byName({ name }: NamedProfile, role: GuessedRole): number {
  const index = NAMES[role].findIndex((pattern) => pattern.test(name.toLowerCase()));
  return index < 0 ? 0 : NAMES[role].length - index;
}

/** The first column with the highest score; undefined when no score is above 0. */
function best<Column>(columns: Column[], score: (column: Column) => number): Column | undefined {
  let found: { column: Column; score: number } | undefined;
  for (const column of columns) {
    const own = score(column);
    if (own > 0 && own > (found?.score ?? 0)) found = { column, score: own };
  }
  return found?.column;
}
