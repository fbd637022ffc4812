import path from 'node:path';
import { compileHost } from './compiledHost';
import { startHostProcess, type HostProcess, type HostProcessOptions } from './hostProcess';
import { temporaryFolder } from './temporaryFolder';

/** One compiled host and one running process for all tests of a file; stopped and removed after them. */
export function sharedHost(options: Partial<HostProcessOptions> = {}): { current(): HostProcess; main: string } {
  const compiled = compileHost();
  const folder = temporaryFolder();
  let host: HostProcess | undefined;
  beforeAll(async () => {
    host = await startHostProcess({ main: compiled.main, dataFolder: path.join(folder, 'data'), ...options });
  });
  afterAll(async () => {
    await host?.stop();
    compiled.remove();
  });
  return {
    main: compiled.main,
    current: () => {
      if (!host) throw new Error('The host is not running.');
      return host;
    },
  };
}
