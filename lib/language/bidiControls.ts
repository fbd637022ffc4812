/** Embeddings, overrides and isolates of the bidirectional algorithm (UAX #9). U+202E turns the rest of its line. */
const BIDI_CONTROLS = /[\u202A-\u202E\u2066-\u2069]/g;

/** The text as it is shown: without controls that change the order of what follows. The marks of single letters stay. */
export function withoutBidiControls(text: string): string {
  return text.replace(BIDI_CONTROLS, '');
}
