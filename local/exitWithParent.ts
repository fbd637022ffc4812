/**
 * Preloaded (`node -r`) into Node children that know nothing of us: a child whose parent is gone, however it went, asks
 * itself to stop, so that nothing is left running and no data folder stays locked.
 */
const GRACE_IN_MILLISECONDS = 5000;

if (process.channel) {
  process.once('disconnect', () => {
    setTimeout(() => process.exit(1), GRACE_IN_MILLISECONDS).unref();
    process.kill(process.pid, 'SIGTERM');
  });
  process.channel.unref();
}
