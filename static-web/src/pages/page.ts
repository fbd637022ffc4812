/** A page that the shell shows below its navigation. */
export interface Page {
  /** The window's title. The page's own heading shows it too. */
  title: string;
  node: HTMLElement;
  /** Stops polling and pending calls when the user leaves the page. */
  leave?(): void;
}
