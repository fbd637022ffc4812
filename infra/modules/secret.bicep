param vaultName string
param secretName string
@secure()
param secretValue string
param tags object

resource vault 'Microsoft.KeyVault/vaults@2025-05-01' existing = {
  name: vaultName
}

resource secret 'Microsoft.KeyVault/vaults/secrets@2025-05-01' = {
  parent: vault
  name: secretName
  tags: tags
  properties: { value: secretValue, contentType: 'text/plain' }
}
