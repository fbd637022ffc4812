import type { TokenCredential } from '@azure/identity';

export type { TokenCredential };

let identity: Promise<TokenCredential> | undefined;

/** Loaded at the first token: the package is large, and an app with keys alone needs none. One object keeps its tokens. */
async function credential(): Promise<TokenCredential> {
  const { DefaultAzureCredential } = await import('@azure/identity');
  return new DefaultAzureCredential();
}

/** The identity that the app runs as: managed identity in Azure, the developer's sign-in elsewhere. */
export function azureIdentity(): TokenCredential {
  return { getToken: async (scopes, options) => (await (identity ??= credential())).getToken(scopes, options) };
}

/** Gives a valid token of the app's identity at each call, from the cache while it is fresh. */
function tokenProvider(scope: string): () => Promise<string> {
  let provider: (() => Promise<string>) | undefined;
  return async () => {
    const { getBearerTokenProvider } = await import('@azure/identity');
    return (provider ??= getBearerTokenProvider(azureIdentity(), scope))();
  };
}

/** Tokens for Azure OpenAI. */
export function openAiTokenProvider(): () => Promise<string> {
  return tokenProvider('https://cognitiveservices.azure.com/.default');
}

/** Tokens for Azure Database for PostgreSQL. */
export function postgresTokenProvider(): () => Promise<string> {
  return tokenProvider('https://ossrdbms-aad.database.windows.net/.default');
}
