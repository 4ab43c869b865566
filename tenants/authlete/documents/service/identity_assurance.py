from tenants.authlete.documents.base import Section, setting
from tenants.authlete.documents.types import (
    AttachmentTypes,
    Boolean,
    Strings,
    VerifiedClaimsSchema,
)


class IdentityAssuranceSettings(Section):
    """Claims that come with word of how they were verified, and by which evidence
    (OIDC for Identity Assurance). Most lists appear in the discovery document."""

    title = "Identity assurance"

    supported_verified_claims: Strings = setting("Verified claims")
    """Names of the claims that you can provide as verified."""

    supported_trust_frameworks: Strings = setting("Trust frameworks")
    """The sets of rules by which you verify identities, such as eidas."""

    supported_evidence: Strings = setting("Kinds of evidence")
    """What a verification can rest on, such as document or electronic_record."""

    supported_documents: Strings = setting("Documents")
    """The kinds of document that you take as evidence, such as a passport."""

    supported_documents_methods: Strings = setting("Document methods")
    """The ways in which documents and their holders are examined as a whole."""

    supported_documents_check_methods: Strings = setting("Document checks")
    """The checks that you make on a document used as evidence."""

    supported_documents_validation_methods: Strings = setting("Document validation")
    """How you make sure that a document is genuine."""

    supported_documents_verification_methods: Strings = setting("Holder verification")
    """How you make sure that a document belongs to the person who shows it."""

    supported_electronic_records: Strings = setting("Electronic records")
    """The kinds of electronic record that you take as evidence."""

    supported_attachments: AttachmentTypes = setting("Attachments")
    """How copies of evidence come with verified claims: inside, or at an address."""

    supported_digest_algorithms: Strings = setting("Digest algorithms")
    """How the digest of an external attachment can be computed, such as sha-256."""

    access_token_for_external_attachment_embedded: Boolean = setting(
        "Access tokens for attachments"
    )
    """Put an access token beside each external attachment, so that clients can fetch it
    without another request."""

    verified_claims_validation_schema_set: VerifiedClaimsSchema = setting(
        "Schema of verified claims", absent="Authlete's default"
    )
    """The JSON schemas that Authlete holds verified claims against before it issues
    them."""

    supported_identity_documents: Strings = setting("Identity documents (older draft)")
    """The kinds of identity document you take, as an earlier draft of the standard
    announced them."""

    supported_verification_methods: Strings = setting("Verification methods (older draft)")
    """How you verify identity documents, as an earlier draft of the standard announced
    it."""
