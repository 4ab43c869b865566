"""Settings that decide who can sign in or get tokens; changing them needs a recent sign-in."""

SENSITIVE_SETTINGS = {
    "client": frozenset(
        """
        clientType redirectUris
        tokenAuthMethod tokenAuthSignAlg selfSignedCertificateKeyId
        tlsClientAuthSubjectDn tlsClientAuthSanDns tlsClientAuthSanUri tlsClientAuthSanIp
        tlsClientAuthSanEmail
        jwks jwksUri signedJwksUri rsRequestSigned rsSignedRequestKeyId
        """.split()
    ),
    "service": frozenset(
        """
        loopbackRedirectionUriVariable
        supportedTokenAuthMethods supportedRevocationAuthMethods
        supportedIntrospectionAuthMethods missingClientIdAllowed
        mutualTlsValidatePkiCertChain trustedRootCertificates trustAnchors
        jwks jwksUri hsks federationJwks signedJwksUri credentialJwks credentialJwksUri
        accessTokenSignatureKeyId idTokenSignatureKeyId userInfoSignatureKeyId
        authorizationSignatureKeyId introspectionSignatureKeyId resourceSignatureKeyId
        federationSignatureKeyId
        """.split()
    ),
}
