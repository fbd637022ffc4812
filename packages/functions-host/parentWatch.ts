/**
 * Calls `gone` once when the parent process ends: its IPC channel closes, or without a channel our standard input closes.
 * A killed parent can't send a signal, but the system closes its ends of both.
 */
export function whenParentGone(gone: () => void): void {
  if (process.connected) {
    process.once('disconnect', gone);
    return;
  }
  let isGone = false;
  const once = (): void => {
    if (isGone) return;
    isGone = true;
    gone();
  };
  process.stdin.once('end', once).once('close', once).once('error', once).resume();
}
