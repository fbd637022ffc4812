// Production: private endpoints, zone-redundant storage and database, models of Azure OpenAI, Qdrant in the same network.
using '../main.bicep'

param environmentName = readEnvironmentVariable('AZURE_ENV_NAME', 'pipeline-x-production')
param environmentType = 'production'
param location = readEnvironmentVariable('AZURE_LOCATION', 'swedencentral')
param principalId = readEnvironmentVariable('AZURE_PRINCIPAL_ID', '00000000-0000-0000-0000-000000000000')
param principalName = readEnvironmentVariable('PRINCIPAL_NAME', 'deployer')
param principalType = readEnvironmentVariable('AZURE_PRINCIPAL_TYPE', 'User')
param privateNetwork = true
param embedding = 'azure-openai'
param answering = 'azure-openai'
param qdrant = 'vm'
param qdrantSha256 = readEnvironmentVariable(
  'QDRANT_SHA256',
  '0000000000000000000000000000000000000000000000000000000000000000'
)
param qdrantSshPublicKey = readEnvironmentVariable('QDRANT_SSH_PUBLIC_KEY', 'ssh-ed25519 AAAA')
param qdrantCertificate = readEnvironmentVariable('QDRANT_CERTIFICATE', '')
param entraAudience = readEnvironmentVariable('ENTRA_AUDIENCE', '')
param alertEmails = readEnvironmentVariable('ALERT_EMAILS', 'operations@example.com')
param monthlyBudget = int(readEnvironmentVariable('MONTHLY_BUDGET', '1000'))
