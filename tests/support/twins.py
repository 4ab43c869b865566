"""A production service and its staging twin, alike but for expected values."""

PRODUCTION = {
    "apiKey": 17,
    "serviceName": "Shop",
    "issuer": "https://shop.example",
    "tokenEndpoint": "https://shop.example/token",
    "policyUri": "https://shop.example/policy",
    "accessTokenDuration": 600,
    "pkceRequired": True,
    "supportedAcrs": ["high", "low"],
    "apiSecret": "k7Qm2vX9pLr4TzWb8NcD",
    "modifiedAt": 1_700_000_000_000,
}
STAGING = PRODUCTION | {
    "apiKey": 18,
    "serviceName": "Shop staging",
    "issuer": "https://staging.example",
    "tokenEndpoint": "https://staging.example/token",
    "policyUri": "https://staging.example/policy",
    "apiSecret": "T5wq8ZrYc3Kd6Hn9Bv2M",
}
PAIR = {"a": "us/17", "b": "eu/18"}
