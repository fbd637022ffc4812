import { isIP } from 'node:net';

/**
 * False for a name that is not the server's own: a web page whose name was made to point at this machine (DNS rebinding)
 * sends its own name as `Host`. Browsers cannot be made to send an address, so addresses are allowed, as is `localhost`.
 */
export function isAllowedHost(header: string | undefined, allowedNames: readonly string[] = []): boolean {
  // Every browser sends the header.
  if (header === undefined || header === '') return true;
  // A URL also has a user, a path and more, of which a host has none.
  if (/[@/?#\\]/.test(header) || !URL.canParse(`http://${header}`)) return false;
  const name = new URL(`http://${header}`).hostname.toLowerCase();
  const address = name.replace(/^\[|\]$/g, '');
  return isIP(address) !== 0 || name === 'localhost' || name.endsWith('.localhost') || allowedNames.includes(name);
}

/** Names with commas between them, in lower case. */
export function readHostNames(text = ''): string[] {
  return text
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '');
}
