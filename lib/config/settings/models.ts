import { z } from 'zod';
import { setting } from '../setting';
import { url, wholeNumber } from '../values';

export const embeddingSettings = {
  EMBEDDING_PROVIDER: setting(
    z.enum(['local', 'azure-openai', 'openai'], 'local, azure-openai or openai').default('local'),
    'Who computes embeddings: local (in the app, no account), azure-openai or openai.',
  ),
  LOCAL_EMBEDDING_PRECISION: setting(
    z.enum(['int8', 'fp32'], 'int8 or fp32').default('int8'),
    'Weights of the local model: int8 or fp32.',
  ),
  LOCAL_EMBEDDING_THREADS: setting(wholeNumber(1, 64).default(2), 'Worker threads of the local model.'),
  LOCAL_EMBEDDING_TOKENS: setting(wholeNumber(16, 128).default(64), 'Tokens that the local model reads of a text.'),
  EMBEDDING_DIMENSIONS: setting(
    wholeNumber(8, 8192).default(1536),
    'Dimensions of the vectors of azure-openai and openai.',
  ),
};

export const answeringSettings = {
  ANSWER_PROVIDER: setting(
    z.enum(['extractive', 'azure-openai', 'openai'], 'extractive, azure-openai or openai').default('extractive'),
    'Who writes answers: extractive (quotes only, no account), azure-openai or openai.',
  ),
  ANSWER_TIMEOUT_SECONDS: setting(
    wholeNumber(1, 600).prefault('60'),
    'Seconds for a question from its arrival to the answer. A Static Web App ends a request after 45 seconds.',
    { inAzure: '40' },
  ),
  ANSWER_REASONING_EFFORT: setting(
    z
      .enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh'], 'none, minimal, low, medium, high or xhigh')
      .default('low'),
    'How long a chat model reasons before it answers. Models differ in what they take; one that refuses it is asked without it.',
  ),
  ANSWER_TOKENS: setting(
    wholeNumber(256, 100_000).prefault('4000'),
    'Most tokens of an answer of a chat model, those of its reasoning included.',
  ),
  ANSWERS_AT_WORK: setting(wholeNumber(1, 1000).default(4), 'Questions that one instance answers at once.'),
  ANSWERS_WAITING: setting(
    wholeNumber(0, 10000).default(64),
    'Questions that wait in one instance; further ones are refused with status 429.',
  ),
};

export const modelServiceSettings = {
  AZURE_OPENAI_ENDPOINT: setting(url(['https:', 'http:']).optional(), 'Endpoint of the Azure OpenAI service.', {
    example: 'https://myservice.openai.azure.com',
  }),
  AZURE_OPENAI_API_KEY: setting(
    z.string().optional(),
    'Key of the Azure OpenAI service; without it the app uses its own identity.',
    { isSecret: true },
  ),
  AZURE_OPENAI_API_VERSION: setting(
    z.string().optional(),
    'Version of the dated API of Azure OpenAI. Without it the app uses the API v1, which has no dates.',
  ),
  AZURE_OPENAI_EMBEDDING_DEPLOYMENT: setting(z.string().optional(), 'Name of the deployment of the embedding model.', {
    example: 'text-embedding-3-small',
  }),
  AZURE_OPENAI_CHAT_DEPLOYMENT: setting(z.string().optional(), 'Name of the deployment of the chat model.', {
    example: 'gpt-5-mini',
  }),
  OPENAI_BASE_URL: setting(
    url(['https:', 'http:']).default('https://api.openai.com/v1'),
    'Address of a service that speaks the OpenAI API.',
  ),
  OPENAI_API_KEY: setting(z.string().optional(), 'Key of that service.', { example: 'sk-...', isSecret: true }),
  OPENAI_EMBEDDING_MODEL: setting(z.string().default('text-embedding-3-small'), 'Its embedding model.'),
  OPENAI_CHAT_MODEL: setting(z.string().optional(), 'Its chat model.', { example: 'gpt-5-mini' }),
};
