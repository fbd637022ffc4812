import http from 'node:http';
import net from 'node:net';

type Listen = (...parameters: unknown[]) => net.Server;

/**
 * Runs `work` with a patch: servers without an address listen on 127.0.0.1 instead of on every interface. @azure/functions
 * starts its streaming server with `listen(callback)`, which would open a port of the developer's machine to the network.
 * Such a server never ends an idle connection: only the host connects to it, and would lose a request on a connection that ends
 * in the moment in which it is used again.
 */
export async function onLoopback<T>(work: () => Promise<T>): Promise<T> {
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with the server's own `this` below
  const original = net.Server.prototype.listen as Listen;
  const patched: Listen = function (this: net.Server, ...parameters: unknown[]) {
    const [first, second] = parameters;
    if (this instanceof http.Server) this.keepAliveTimeout = 0;
    if (typeof first === 'function') return original.call(this, 0, '127.0.0.1', first);
    if (typeof first === 'number' && (second === undefined || typeof second === 'function')) {
      return original.call(this, first, '127.0.0.1', second);
    }
    return original.apply(this, parameters);
  };
  net.Server.prototype.listen = patched as typeof net.Server.prototype.listen;
  try {
    return await work();
  } finally {
    net.Server.prototype.listen = original as typeof net.Server.prototype.listen;
  }
}
