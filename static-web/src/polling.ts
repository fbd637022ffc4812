/** Whether a user is watching, and a subscription to changes. In the browser: the document's visibility. */
export interface Attention {
  isHidden(): boolean;
  /** @returns a function that ends the subscription. */
  onChange(listener: () => void): () => void;
}

export interface PollOptions<T> {
  load: (signal: AbortSignal) => Promise<T>;
  show: (value: T) => void;
  fail: (error: unknown) => void;
  /** Milliseconds until the next load; undefined after a failed one. */
  delayAfter: (value: T | undefined) => number;
  attention: Attention;
}

/**
 * Loads and shows, one load at a time, until stopped. Loads nothing while the page is hidden, and at once when it is
 * visible again.
 */
export function poll<T>(options: PollOptions<T>): { stop(): void; now(): void } {
  const ending = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isLoading = false;
  let isWanted = false;

  const round = async () => {
    isLoading = true;
    isWanted = false;
    let value: T | undefined;
    try {
      value = await options.load(ending.signal);
      if (!ending.signal.aborted) options.show(value);
    } catch (error) {
      if (!ending.signal.aborted) options.fail(error);
    }
    isLoading = false;
    schedule(isWanted ? 0 : options.delayAfter(value));
  };
  const schedule = (delayInMilliseconds: number) => {
    clearTimeout(timer);
    if (ending.signal.aborted || options.attention.isHidden()) return;
    timer = setTimeout(() => void round(), delayInMilliseconds);
  };
  const now = () => {
    if (isLoading) isWanted = true;
    else schedule(0);
  };

  const unsubscribe = options.attention.onChange(() => {
    if (options.attention.isHidden()) clearTimeout(timer);
    else now();
  });
  now();
  return {
    now,
    stop() {
      ending.abort();
      clearTimeout(timer);
      unsubscribe();
    },
  };
}
