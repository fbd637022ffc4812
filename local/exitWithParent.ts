/**
 * Preloaded (`node -r`) into Node children that do not watch their parent. When the parent ends for any reason, the child
 * stops itself, so that no process is left running and no data folder stays locked.
 */
const GRACE_IN_MILLISECONDS = 5000;

if (process.channel) {
  process.once('disconnect', () => {
    setTimeout(() => process.exit(1), GRACE_IN_MILLISECONDS).unref();
    process.kill(process.pid, 'SIGTERM');
  });
  process.channel.unref();
}
