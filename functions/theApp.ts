import { createApp, type App } from '../lib/app';
import { readConfig } from '../lib/config/readConfig';
import { startTelemetry } from './telemetry/startTelemetry';

// Read when this module is loaded: if a setting is wrong, the host reports all faults and the app does not start.
const config = readConfig();
const telemetry = startTelemetry(config.telemetry);
let app: App | undefined;

/** The single instance of the app, built on first use. Its clients connect on their own first use. */
export function theApp(): App {
  return (app ??= createApp(config));
}

/** Closes connections and worker threads, if the app was built, and sends the telemetry that waits. */
export async function closeApp(): Promise<void> {
  await app?.close();
  app = undefined;
  await telemetry.stop();
}
