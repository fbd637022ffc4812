/** The text with each URL in it as it may be shown: without user and password. */
export function withoutUserInfo(text: string): string {
  return text.replace(/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/?#"'`<>]*@/gi, '$1');
}
