// A random key, written once: a second deployment must not lock the app out of a Qdrant that runs with the first key.

param vaultName string
param secretName string
param tags object
@secure()
param firstHalf string = newGuid()
@secure()
param secondHalf string = newGuid()

resource vault 'Microsoft.KeyVault/vaults@2025-05-01' existing = {
  name: vaultName
}

@onlyIfNotExists()
resource secret 'Microsoft.KeyVault/vaults/secrets@2025-05-01' = {
  parent: vault
  name: secretName
  tags: tags
  properties: { value: replace('${firstHalf}${secondHalf}', '-', ''), contentType: 'text/plain' }
}
