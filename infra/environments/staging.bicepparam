// Staging: small sizes, public endpoints that take tokens of Entra ID only, embeddings in the app.
using '../main.bicep'

param environmentName = readEnvironmentVariable('AZURE_ENV_NAME', 'pipeline-x-staging')
param environmentType = 'staging'
param location = readEnvironmentVariable('AZURE_LOCATION', 'swedencentral')
param principalId = readEnvironmentVariable('AZURE_PRINCIPAL_ID', '00000000-0000-0000-0000-000000000000')
param principalName = readEnvironmentVariable('PRINCIPAL_NAME', 'deployer')
param principalType = readEnvironmentVariable('AZURE_PRINCIPAL_TYPE', 'User')
param qdrantUrl = readEnvironmentVariable('QDRANT_URL', 'https://qdrant.example.com:6333')
param qdrantApiKey = readEnvironmentVariable('QDRANT_API_KEY', '')
param entraAudience = readEnvironmentVariable('ENTRA_AUDIENCE', '')
param allowedAddress = readEnvironmentVariable('ALLOWED_ADDRESS', '')
param alertEmails = readEnvironmentVariable('ALERT_EMAILS', '')
param monthlyBudget = int(readEnvironmentVariable('MONTHLY_BUDGET', '100'))
