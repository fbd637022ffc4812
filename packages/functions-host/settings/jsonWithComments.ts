import fs from 'node:fs';

/** JSON strings (kept as they are), line comments and block comments (left out). */
const stringsAndComments = /("(?:[^"\\]|\\.)*")|\/\/[^\n]*|\/\*[\s\S]*?\*\//g;

/**
 * Reads a JSON file that may contain comments, as Functions allows in host.json and local.settings.json.
 * An absent file is undefined. Throws an Error naming the file when it can't be parsed.
 */
export function readJsonFile(file: string): unknown {
  if (!fs.existsSync(file)) return undefined;
  const text = fs.readFileSync(file, 'utf8').replace(/^\uFEFF/, '');
  try {
    return JSON.parse(text.replace(stringsAndComments, (_, quoted: string | undefined) => quoted ?? '')) as unknown;
  } catch (cause) {
    throw new Error(`${file} is not JSON: ${(cause as Error).message}`, { cause });
  }
}
