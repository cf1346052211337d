-- CreateTable
CREATE TABLE "monitor_members" (
    "id" TEXT NOT NULL,
    "until" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "monitor_members_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "monitor_leases" (
    "host_id" UUID NOT NULL,
    "holder" TEXT,
    "until" TIMESTAMPTZ(3) NOT NULL,
    "followed_since" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "monitor_leases_pkey" PRIMARY KEY ("host_id")
);

-- The partitions of the three are made by the monitor, ahead of time (packages/database/src/history-partitions.ts). There is none for what fits
-- nowhere: its rows would be in the way of making the right one.
-- CreateTable
CREATE TABLE "host_samples" (
    "host_id" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "memory_used_bytes" REAL NOT NULL,
    "memory_total_bytes" REAL NOT NULL,
    "load" REAL NOT NULL,
    "containers" INTEGER NOT NULL,
    "disk_used_bytes" REAL,
    "disk_total_bytes" REAL,
    "cpu_ratio" REAL,
    "received_per_second" REAL,
    "sent_per_second" REAL,

    CONSTRAINT "host_samples_pkey" PRIMARY KEY ("host_id","at")
) PARTITION BY RANGE ("at");

-- CreateTable
CREATE TABLE "host_minutes" (
    "host_id" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "samples" INTEGER NOT NULL,
    "memory_used_bytes" REAL NOT NULL,
    "memory_used_bytes_max" REAL NOT NULL,
    "memory_total_bytes" REAL NOT NULL,
    "load" REAL NOT NULL,
    "load_max" REAL NOT NULL,
    "containers" REAL NOT NULL,
    "containers_max" INTEGER NOT NULL,
    "disk_used_bytes" REAL,
    "disk_used_bytes_max" REAL,
    "disk_total_bytes" REAL,
    "cpu_ratio" REAL,
    "cpu_ratio_max" REAL,
    "received_per_second" REAL,
    "received_per_second_max" REAL,
    "sent_per_second" REAL,
    "sent_per_second_max" REAL,

    CONSTRAINT "host_minutes_pkey" PRIMARY KEY ("host_id","at")
) PARTITION BY RANGE ("at");

-- CreateTable
CREATE TABLE "host_quarters" (
    "host_id" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "samples" INTEGER NOT NULL,
    "memory_used_bytes" REAL NOT NULL,
    "memory_used_bytes_max" REAL NOT NULL,
    "memory_total_bytes" REAL NOT NULL,
    "load" REAL NOT NULL,
    "load_max" REAL NOT NULL,
    "containers" REAL NOT NULL,
    "containers_max" INTEGER NOT NULL,
    "disk_used_bytes" REAL,
    "disk_used_bytes_max" REAL,
    "disk_total_bytes" REAL,
    "cpu_ratio" REAL,
    "cpu_ratio_max" REAL,
    "received_per_second" REAL,
    "received_per_second_max" REAL,
    "sent_per_second" REAL,
    "sent_per_second_max" REAL,

    CONSTRAINT "host_quarters_pkey" PRIMARY KEY ("host_id","at")
) PARTITION BY RANGE ("at");

-- CreateTable
CREATE TABLE "history_marks" (
    "resolution" TEXT NOT NULL,
    "rolled_until" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "history_marks_pkey" PRIMARY KEY ("resolution")
);

-- CreateTable
CREATE TABLE "incidents" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "resource_id" UUID NOT NULL,
    "host_id" UUID NOT NULL,
    "rule" TEXT NOT NULL,
    "object" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "level" TEXT NOT NULL,
    "pending_since" TIMESTAMPTZ(3) NOT NULL,
    "fired_at" TIMESTAMPTZ(3),
    "clear_since" TIMESTAMPTZ(3),
    "resolved_at" TIMESTAMPTZ(3),
    "value" DOUBLE PRECISION NOT NULL,
    "peak" DOUBLE PRECISION NOT NULL,
    "threshold" DOUBLE PRECISION NOT NULL,
    "notified_at" TIMESTAMPTZ(3),
    "is_damped" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "incidents_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "alert_transitions" (
    "id" BIGSERIAL NOT NULL,
    "incident_id" UUID NOT NULL,
    "resource_id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "facts" JSONB NOT NULL,
    "written_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "group_id" BIGINT,

    CONSTRAINT "alert_transitions_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "alert_deliveries" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "resource_id" UUID NOT NULL,
    "group_id" BIGINT,
    "channel" TEXT NOT NULL,
    "recipient" TEXT NOT NULL,
    "payload" JSONB NOT NULL,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "next_attempt_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "claimed_by" TEXT,
    "claimed_until" TIMESTAMPTZ(3),
    "sent_at" TIMESTAMPTZ(3),
    "gave_up_at" TIMESTAMPTZ(3),
    "last_error" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "alert_deliveries_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "alert_settings" (
    "resource_id" UUID NOT NULL,
    "thresholds" JSONB NOT NULL DEFAULT '{}',
    "mails_enabled" BOOLEAN NOT NULL DEFAULT true,
    "recipients" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "webhook_url" TEXT,
    "webhook_secret" TEXT,
    "slack_url" TEXT,
    "new_relic_key" TEXT,
    "new_relic_region" TEXT NOT NULL DEFAULT 'us',
    "federation_token_hash" TEXT,
    "free_room" BOOLEAN NOT NULL DEFAULT true,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "alert_settings_pkey" PRIMARY KEY ("resource_id")
);

-- CreateTable
CREATE TABLE "alert_silences" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "resource_id" UUID NOT NULL,
    "rule" TEXT,
    "object" TEXT,
    "until" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "alert_silences_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "new_relic_status" (
    "resource_id" UUID NOT NULL,
    "ok_at" TIMESTAMPTZ(3),
    "error" TEXT,
    "error_at" TIMESTAMPTZ(3),

    CONSTRAINT "new_relic_status_pkey" PRIMARY KEY ("resource_id")
);

-- CreateIndex
CREATE INDEX "host_samples_at_idx" ON "host_samples" USING BRIN ("at") WITH (autosummarize = on);

-- CreateIndex
CREATE INDEX "incidents_resource_id_resolved_at_idx" ON "incidents"("resource_id", "resolved_at");

-- CreateIndex
CREATE UNIQUE INDEX "incidents_host_id_rule_object_pending_since_key" ON "incidents"("host_id", "rule", "object", "pending_since");

-- CreateIndex
CREATE INDEX "alert_transitions_resource_id_idx" ON "alert_transitions"("resource_id");

-- CreateIndex
CREATE UNIQUE INDEX "alert_transitions_incident_id_kind_at_key" ON "alert_transitions"("incident_id", "kind", "at");

-- CreateIndex
CREATE INDEX "alert_deliveries_resource_id_idx" ON "alert_deliveries"("resource_id");

-- CreateIndex
CREATE UNIQUE INDEX "alert_deliveries_group_id_channel_recipient_key" ON "alert_deliveries"("group_id", "channel", "recipient");

-- CreateIndex
CREATE UNIQUE INDEX "alert_settings_federation_token_hash_key" ON "alert_settings"("federation_token_hash");

-- CreateIndex
CREATE INDEX "alert_silences_resource_id_until_idx" ON "alert_silences"("resource_id", "until");

-- What Prisma's schema cannot say: one incident of an object at a time, and the two lists of what is yet to be done.
CREATE UNIQUE INDEX "incidents_host_id_rule_object_open_key" ON "incidents"("host_id", "rule", "object") WHERE "resolved_at" IS NULL;
CREATE INDEX "alert_transitions_ungrouped_idx" ON "alert_transitions"("resource_id", "id") WHERE "group_id" IS NULL;
CREATE INDEX "alert_deliveries_due_idx" ON "alert_deliveries"("next_attempt_at") WHERE "sent_at" IS NULL AND "gave_up_at" IS NULL;

-- AddForeignKey
ALTER TABLE "monitor_leases" ADD CONSTRAINT "monitor_leases_host_id_fkey" FOREIGN KEY ("host_id") REFERENCES "hosts"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "incidents" ADD CONSTRAINT "incidents_host_id_fkey" FOREIGN KEY ("host_id") REFERENCES "hosts"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "incidents" ADD CONSTRAINT "incidents_resource_id_fkey" FOREIGN KEY ("resource_id") REFERENCES "resources"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "alert_transitions" ADD CONSTRAINT "alert_transitions_incident_id_fkey" FOREIGN KEY ("incident_id") REFERENCES "incidents"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "alert_transitions" ADD CONSTRAINT "alert_transitions_resource_id_fkey" FOREIGN KEY ("resource_id") REFERENCES "resources"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "alert_deliveries" ADD CONSTRAINT "alert_deliveries_resource_id_fkey" FOREIGN KEY ("resource_id") REFERENCES "resources"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "alert_settings" ADD CONSTRAINT "alert_settings_resource_id_fkey" FOREIGN KEY ("resource_id") REFERENCES "resources"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "alert_silences" ADD CONSTRAINT "alert_silences_resource_id_fkey" FOREIGN KEY ("resource_id") REFERENCES "resources"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "new_relic_status" ADD CONSTRAINT "new_relic_status_resource_id_fkey" FOREIGN KEY ("resource_id") REFERENCES "resources"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
