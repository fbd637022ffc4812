/** One member of a JSON object. */
export interface JsonMember {
  key: string;
  /** The value of a string; a number or boolean as written. Null for null; undefined for an object or array. */
  text: string | null | undefined;
}

/**
 * Reads the members of one JSON object in their order, including repeated keys. Numbers stay as written, because parsing
 * would change 9007199254740993. Returns a reason when the text is not JSON or not an object.
 */
export function readJsonMembers(json: string): JsonMember[] | { invalid: string } | { notObject: string } {
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch (error) {
    return { invalid: error instanceof Error ? error.message : String(error) };
  }
  if (typeof parsed !== 'object' || parsed === null)
    return { notObject: parsed === null ? 'null' : `a ${typeof parsed}` };
  if (Array.isArray(parsed)) return { notObject: 'an array' };
  return membersOf(json);
}

/** Scans an object that is known to be valid JSON. */
function membersOf(json: string): JsonMember[] {
  const members: JsonMember[] = [];
  let at = skipBlank(json, json.indexOf('{') + 1);
  while (json[at] !== '}') {
    const keyEnd = stringEnd(json, at);
    const key = JSON.parse(json.slice(at, keyEnd)) as string;
    const start = skipBlank(json, json.indexOf(':', keyEnd) + 1);
    const end = valueEnd(json, start);
    members.push({ key, text: valueText(json.slice(start, end)) });
    at = skipBlank(json, end);
    if (json[at] === ',') at = skipBlank(json, at + 1);
  }
  return members;
}

function valueText(value: string): string | null | undefined {
  if (value.startsWith('"')) return JSON.parse(value) as string;
  if (value.startsWith('{') || value.startsWith('[')) return undefined;
  return value === 'null' ? null : value;
}

function skipBlank(json: string, from: number): number {
  let at = from;
  while (at < json.length && ' \t\r\n'.includes(json.charAt(at))) at += 1;
  return at;
}

/** Index after the closing quote of the string that starts at `start`. */
function stringEnd(json: string, start: number): number {
  for (let quote = json.indexOf('"', start + 1); ; quote = json.indexOf('"', quote + 1)) {
    let backslashes = 0;
    while (json[quote - 1 - backslashes] === '\\') backslashes += 1;
    if (backslashes % 2 === 0) return quote + 1;
  }
}

/** Index after the value that starts at `start`. */
function valueEnd(json: string, start: number): number {
  const first = json[start];
  if (first === '"') return stringEnd(json, start);
  if (first !== '{' && first !== '[') {
    let at = start;
    while (!',} \t\r\n'.includes(json.charAt(at))) at += 1;
    return at;
  }
  let depth = 0;
  for (let at = start; ; at += 1) {
    const character = json[at];
    if (character === '"') at = stringEnd(json, at) - 1;
    else if (character === '{' || character === '[') depth += 1;
    else if (character === '}' || character === ']') {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
}
