/** A pattern that matches the name of a file, and of others with its ending: `*.tsv.gz`, or `*` without an ending. */
export function fileGlob(file: string): string {
  const [ending = ''] = /(?:\.[A-Za-z0-9_-]{1,12})?(?:\.gz)?$/i.exec(file) ?? [];
  return `*${ending}`;
}
