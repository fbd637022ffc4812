import { createApp, type App } from '../lib/app';
import { readConfig } from '../lib/config/readConfig';

// Read while the app is loaded: with a wrong setting the host reports all faults and the app does not start.
const config = readConfig();
let app: App | undefined;

/** The one instance, built with the first use; its clients connect when they are first used. */
export function theApp(): App {
  return (app ??= createApp(config));
}

/** Ends connections and worker threads, when there are any. */
export async function closeApp(): Promise<void> {
  await app?.close();
  app = undefined;
}
