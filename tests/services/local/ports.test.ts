import { createServer } from 'node:net';
import { nextFreePort, portSetting } from '../../../local/ports';
import { isElsewhere, portSettingOf, wantedPorts } from '../../../local/platform/platform';

describe('a port from a setting', () => {
  it.each(['abc', '0', '-1', '70000', '80.5', ' '])('is refused if it is %j, with the name of the setting', (value) => {
    let thrown: unknown;
    try {
      wantedPorts({ PIPELINE_WEB_PORT: value });
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({ code: 'PORT_INVALID', where: { setting: 'PIPELINE_WEB_PORT' } });
  });

  it('has a default', () => {
    expect(portSetting('PIPELINE_WEB_PORT', undefined, 4280)).toBe(4280);
    expect(wantedPorts({ PIPELINE_BLOB_PORT: '1' })).toMatchObject({ blob: 1, queue: 10001 });
    expect(portSettingOf('blob')).toBe('PIPELINE_BLOB_PORT');
  });

  it('is not needed for services that run elsewhere', () => {
    const own = { LAKE_ACCOUNT_URL: 'https://x.blob.core.windows.net' };
    expect(['blob', 'queue', 'table', 'postgres', 'web'].filter((name) => isElsewhere(name, own))).toEqual([
      'blob',
      'queue',
      'table',
    ]);
  });
});

it('stops at the last port number', async () => {
  const holder = createServer();
  await new Promise<void>((resolve) => holder.once('error', () => resolve()).listen(65535, '127.0.0.1', resolve));
  await expect(nextFreePort(65535)).rejects.toMatchObject({
    code: 'PORTS_IN_USE',
    message: 'Ports 65535 to 65535 are all in use on 127.0.0.1.',
  });
  holder.close();
});
