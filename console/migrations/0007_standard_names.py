"""Name models and columns by the terms of the field. Data stays.

Indexes and constraints that contain a renamed column are created again.
"""

import django.db.models.deletion
from django.db import migrations, models

MODELS = (
    ("Digest", "ExpiryDigest"),
    ("ToldEnd", "ExpiryNotice"),
    ("Chosen", "ColumnPreference"),
    ("Pack", "EvidencePackage"),
    ("PackPart", "EvidencePackagePart"),
    ("Verdict", "VerificationRun"),
    ("Piece", "UploadPart"),
    ("Sending", "BatchRequest"),
    ("Spending", "RateLimitUse"),
    ("ReceiptPlace", "ReceiptService"),
)
FIELDS = (
    ("batch", "made_at", "created_at"),
    ("batch", "mark", "fingerprint"),
    ("batch", "listed", "faults_json"),
    ("batch", "trouble", "error"),
    ("batch", "watch", "poll_job"),
    ("batch", "told_at", "notified_at"),
    ("batchrequest", "fate", "state"),
    ("batchrequest", "looked_at", "polled_at"),
    ("batchrequest", "looks", "polls"),
    ("batchrequest", "again_at", "next_poll_at"),
    ("lookup", "made_at", "created_at"),
    ("receipt", "made_at", "created_at"),
    ("savedsearch", "made_at", "created_at"),
    ("evidencepackage", "asked_at", "requested_at"),
    ("evidencepackage", "made_at", "completed_at"),
    ("evidencepackagepart", "pack", "package"),
    ("verificationrun", "asked_at", "requested_at"),
    ("verificationrun", "what", "error"),
    ("expirynotice", "thing", "object_key"),
    ("knownservice", "clients_asked_at", "clients_requested_at"),
    ("knownkey", "place", "position"),
    ("knownkey", "marks", "issues"),
    ("rollover", "asked_at", "requested_at"),
    ("rollover", "trouble", "error"),
    ("rotation", "new_mark", "new_fingerprint"),
    ("rotation", "old_mark", "old_fingerprint"),
    ("stream", "made_at", "created_at"),
    ("stream", "made_by", "created_by"),
    ("stream", "told_at", "notified_at"),
    ("webhook", "made_at", "created_at"),
    ("webhook", "made_by", "created_by"),
    ("webhook", "taken_at", "delivered_at"),
    ("webhook", "held_until", "locked_until"),
    ("delivery", "made_at", "created_at"),
)
INDEXES = (
    ("batch", "console_bat_organiz_84489e_idx"),
    ("sending", "console_sen_batch_i_d23d15_idx"),
    ("pack", "packs"),
    ("verdict", "verdicts"),
    ("delivery", "deliveries_log"),
    ("knownkey", "known_key_by_facets"),
)
CONSTRAINTS = (
    ("packpart", "one_a_number"),
    ("sending", "one_sending_of_a_chunk"),
    ("receiptplace", "one_place_a_receipt"),
    ("toldend", "told_once"),
    ("knownkey", "one_known_key"),
)


class Migration(migrations.Migration):
    dependencies = [("console", "0006_longer_fingerprints")]

    operations = [
        *(migrations.RemoveIndex(model, name) for model, name in INDEXES),
        *(migrations.RemoveConstraint(model, name) for model, name in CONSTRAINTS),
        *(migrations.RenameModel(old, new) for old, new in MODELS),
        *(migrations.RenameField(model, old, new) for model, old, new in FIELDS),
        migrations.AlterModelOptions(name="batch", options={"ordering": ["-created_at"]}),
        migrations.AlterModelOptions(
            name="delivery",
            options={"ordering": ["-created_at", "-last"], "verbose_name_plural": "deliveries"},
        ),
        migrations.AlterModelOptions(
            name="evidencepackage", options={"ordering": ["-requested_at"]}
        ),
        migrations.AlterModelOptions(
            name="savedsearch", options={"ordering": ["name", "created_at"]}
        ),
        migrations.AlterModelOptions(name="stream", options={"ordering": ["name", "created_at"]}),
        migrations.AlterModelOptions(
            name="verificationrun", options={"ordering": ["-requested_at"]}
        ),
        migrations.AlterModelOptions(name="webhook", options={"ordering": ["name", "created_at"]}),
        migrations.AlterField(
            model_name="batchrequest",
            name="batch",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="requests",
                to="console.batch",
            ),
        ),
        migrations.AlterField(
            model_name="expirynotice",
            name="digest",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="notices",
                to="console.expirydigest",
            ),
        ),
        migrations.AlterField(
            model_name="receiptservice",
            name="receipt",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="services",
                to="console.receipt",
            ),
        ),
        migrations.AlterField(
            model_name="uploadpart",
            name="batch",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="upload_parts",
                to="console.batch",
            ),
        ),
        migrations.AddIndex(
            model_name="batch",
            index=models.Index(
                fields=["organization", "-created_at"], name="console_bat_organiz_82bc5d_idx"
            ),
        ),
        migrations.AddIndex(
            model_name="batchrequest",
            index=models.Index(
                fields=["batch", "is_dry", "state"], name="console_bat_batch_i_28816a_idx"
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(fields=["webhook", "-created_at"], name="deliveries_log"),
        ),
        migrations.AddIndex(
            model_name="evidencepackage",
            index=models.Index(fields=["organization", "-requested_at"], name="evidence_packages"),
        ),
        migrations.AddIndex(
            model_name="knownkey",
            index=models.Index(
                fields=["organization", "kind", "region", "issues"], name="known_key_by_facets"
            ),
        ),
        migrations.AddIndex(
            model_name="verificationrun",
            index=models.Index(fields=["organization", "-requested_at"], name="verification_runs"),
        ),
        migrations.AddConstraint(
            model_name="batchrequest",
            constraint=models.UniqueConstraint(
                models.F("batch"),
                models.F("position"),
                models.F("is_dry"),
                name="one_request_of_a_chunk",
            ),
        ),
        migrations.AddConstraint(
            model_name="evidencepackagepart",
            constraint=models.UniqueConstraint(
                models.F("package"), models.F("number"), name="one_a_number"
            ),
        ),
        migrations.AddConstraint(
            model_name="expirynotice",
            constraint=models.UniqueConstraint(
                models.F("organization"),
                models.F("object_key"),
                models.F("ends_at"),
                models.F("days"),
                name="one_notice_per_threshold",
            ),
        ),
        migrations.AddConstraint(
            model_name="knownkey",
            constraint=models.UniqueConstraint(
                models.F("organization"),
                models.F("region"),
                models.F("service_id"),
                models.F("client_id"),
                models.F("position"),
                name="one_known_key",
            ),
        ),
        migrations.AddConstraint(
            model_name="receiptservice",
            constraint=models.UniqueConstraint(
                models.F("receipt"),
                models.F("region"),
                models.F("service_id"),
                name="one_service_a_receipt",
            ),
        ),
    ]
