import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

const EXECUTABLE = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';

/** `describe`, or `describe.skip` with a message where there is no Chromium. */
export const withBrowser = existsSync(EXECUTABLE) ? describe : describe.skip;
if (!existsSync(EXECUTABLE)) {
  process.stderr.write(`browser test skipped: there is no Chromium at ${EXECUTABLE} (set CHROMIUM_PATH)\n`);
}

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: EXECUTABLE,
    args: [
      ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'],
      ...['--disable-background-networking', '--disable-component-update'],
    ],
  });
}
