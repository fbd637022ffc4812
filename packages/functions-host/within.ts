/** Waits for `work`, but no longer than `timeoutInMilliseconds`. After that, `work` continues in the background. */
export async function within(timeoutInMilliseconds: number, work: Promise<void>): Promise<void> {
  let timeout: NodeJS.Timeout | undefined;
  const tooLong = new Promise<void>((resolve) => {
    timeout = setTimeout(resolve, timeoutInMilliseconds);
  });
  await Promise.race([work, tooLong]);
  clearTimeout(timeout);
}
