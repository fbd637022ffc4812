/** A quality rule's query: its variables filled in, and the columns that it can read. */
export interface PreparedQuery {
  query: string;
  columns: string[];
}

/**
 * Fills in `${object}` or `${table}` (the dataset's view) and `${property}` or `${column}` (of a rule that stands at a
 * column). Returns what is wrong as a text. A column that the query does not name can not be read by it, unless it takes
 * rows as a whole (`*`, a row by its alias, a natural join): then it is given all of them.
 */
export function prepareQuery(
  written: string,
  dataset: string,
  column: string | undefined,
  columnNames: readonly string[],
): PreparedQuery | { fault: string } {
  const faults: string[] = [];
  const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;
  const query = written
    .trim()
    .replace(/;\s*$/, '')
    .replaceAll(/\$?\{(\w+)\}/g, (variable, name: string) => {
      if (name === 'object' || name === 'table') return quoted(dataset);
      if ((name === 'property' || name === 'column') && column !== undefined) return quoted(column);
      faults.push(`${variable} is not known here`);
      return variable;
    });
  if (faults.length > 0) return { fault: faults.join('; ') };
  if (!/^(?:select|with|from)\b/i.test(query)) return { fault: 'The query is no SELECT.' };
  if (
    withoutTexts(query)
      .replaceAll(/"(?:[^"]|"")*"/g, '')
      .includes(';')
  ) {
    return { fault: 'The query is more than one statement.' };
  }
  return { query, columns: columnsRead(query, dataset, columnNames) };
}

function columnsRead(query: string, dataset: string, columnNames: readonly string[]): string[] {
  const text = withoutTexts(query).replaceAll(/\bcount\s*\(\s*\*\s*\)/gi, 'count()');
  if (/\*|\bnatural\b|\bcolumns\s*\(|\bpositional\b|^\s*from\b|\(\s*from\b/i.test(text) || takesRows(text, dataset)) {
    return [...columnNames];
  }
  return columnNames.filter((name) => new RegExp(`\\b${name}\\b`, 'i').test(text));
}

/** Without comments and with every text empty. */
function withoutTexts(query: string): string {
  return query.replaceAll(/'(?:[^']|'')*'|--[^\n]*|\/\*[^]*?\*\//g, (match) => (match.startsWith("'") ? "''" : ' '));
}

/** True when the view's name or an alias of it stands for a row: anywhere but after FROM, JOIN or a comma, or before a dot. */
function takesRows(text: string, dataset: string): boolean {
  const name = dataset.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const view = new RegExp(`("${name}"|\\b${name}\\b)(?:\\s+as)?\\s+("\\w+"|\\w+)`, 'gi');
  const words = new Set([dataset.toLowerCase()]);
  for (const [, , alias = ''] of text.matchAll(view)) {
    const word = alias.replaceAll('"', '').toLowerCase();
    if (!FOLLOWING_WORDS.has(word)) words.add(word);
  }
  return [...words].some((word) => {
    const escaped = word.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
    const alone = new RegExp(`(?<![\\w.-])"?${escaped}"?(?![\\w-]|"?\\s*\\.)`, 'gi');
    return [...text.matchAll(alone)].some(
      ({ index }) => !new RegExp(`(?:\\bfrom|\\bjoin|"?${name}"?(?:\\s+as)?)\\s+$`, 'i').test(text.slice(0, index)),
    );
  });
}

/** Words that may follow a table's name and are no alias of it. */
const FOLLOWING_WORDS = new Set(
  'where group order having limit join left right full inner outer cross anti semi asof on using union except intersect qualify window sample tablesample'.split(
    ' ',
  ),
);
