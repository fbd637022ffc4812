/** False for a text with an unpaired surrogate. The native method takes an eighth of the time of a regular expression. */
export function isWellFormed(text: string): boolean {
  return (text as string & { isWellFormed(): boolean }).isWellFormed();
}
