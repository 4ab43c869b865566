"""Helpers for the tests of services."""

SOUND_SERVICE = {
    "serviceName": "Payments",
    "issuer": "https://as.example",
    "supportedGrantTypes": ["AUTHORIZATION_CODE"],
    "supportedResponseTypes": ["CODE"],
    "supportedTokenAuthMethods": ["PRIVATE_KEY_JWT"],
    "authorizationEndpoint": "https://as.example/authorize",
    "tokenEndpoint": "https://as.example/token",
    "pkceRequired": True,
    "pkceS256Required": True,
    "modifiedAt": 1,
}
