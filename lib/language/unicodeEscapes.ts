/** The text as escapes of JSON: each UTF-16 code unit as `\u` and four hexadecimal digits. */
export function unicodeEscapes(text: string): string {
  return text
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
}
