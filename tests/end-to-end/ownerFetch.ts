/** `fetch` as the owner of a local platform: with the owner's token, and JSON as the type of a body. */
export function ownerFetch(token: string): typeof fetch {
  return (address, init = {}) => {
    const headers = new Headers(init.headers);
    headers.set('authorization', `Bearer ${token}`);
    if (init.body !== undefined && !headers.has('content-type')) headers.set('content-type', 'application/json');
    return fetch(address, { ...init, headers });
  };
}
