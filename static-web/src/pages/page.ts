/** What the shell shows below its navigation. */
export interface Page {
  /** For the window's title; the page's own heading says it too. */
  title: string;
  node: HTMLElement;
  /** Ends polling and pending calls when the reader leaves. */
  leave?(): void;
}
