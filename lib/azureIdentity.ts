import { DefaultAzureCredential, getBearerTokenProvider, type TokenCredential } from '@azure/identity';

export type { TokenCredential };

/** The identity that the app runs as: managed identity in Azure, the developer's sign-in elsewhere. */
export function azureIdentity(): TokenCredential {
  return new DefaultAzureCredential();
}

/** Gives a fresh token for Azure OpenAI at each call. */
export function openAiTokenProvider(): () => Promise<string> {
  return getBearerTokenProvider(azureIdentity(), 'https://cognitiveservices.azure.com/.default');
}
