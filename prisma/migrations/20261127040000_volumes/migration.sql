-- CreateTable
CREATE TABLE "volumes" (
    "id" UUID NOT NULL,
    "resource_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "live_name" TEXT,
    "size_gib" INTEGER NOT NULL,
    "type" TEXT NOT NULL,
    "iops" INTEGER,
    "throughput" INTEGER,
    "fs" TEXT NOT NULL,
    "backups" TEXT NOT NULL,
    "desired" TEXT NOT NULL DEFAULT 'present',
    "desired_version" INTEGER NOT NULL DEFAULT 1,
    "wanted_host_id" UUID,
    "wanted_since" TIMESTAMPTZ(3),
    "generation" INTEGER NOT NULL DEFAULT 1,
    "source_backup_id" UUID,
    "formatted_generation" INTEGER NOT NULL DEFAULT 0,
    "removed_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "volumes_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "volume_facts" (
    "volume_id" UUID NOT NULL,
    "observed_version" INTEGER NOT NULL DEFAULT 0,
    "ebs_volume_id" TEXT,
    "generation" INTEGER NOT NULL DEFAULT 0,
    "zone" TEXT,
    "size_gib" INTEGER,
    "state" TEXT NOT NULL DEFAULT 'missing',
    "attached_host_id" UUID,
    "attached_instance_id" TEXT,
    "refusal" TEXT,
    "step" TEXT,
    "step_started_at" TIMESTAMPTZ(3),
    "waiting_for" TEXT,
    "attention_code" TEXT,
    "attention_message" TEXT,
    "failures" INTEGER NOT NULL DEFAULT 0,
    "forgotten_at" TIMESTAMPTZ(3),

    CONSTRAINT "volume_facts_pkey" PRIMARY KEY ("volume_id")
);

-- CreateTable
CREATE TABLE "backups" (
    "id" UUID NOT NULL,
    "resource_id" UUID NOT NULL,
    "volume_id" UUID NOT NULL,
    "generation" INTEGER NOT NULL,
    "kind" TEXT NOT NULL,
    "note" TEXT,
    "state" TEXT NOT NULL DEFAULT 'requested',
    "snapshot_id" TEXT,
    "consistency" TEXT,
    "frozen_ms" INTEGER,
    "size_gib" INTEGER NOT NULL,
    "changed_bytes" BIGINT,
    "requested_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "taken_at" TIMESTAMPTZ(3),
    "completed_at" TIMESTAMPTZ(3),
    "failure" TEXT,
    "failures" INTEGER NOT NULL DEFAULT 0,
    "keep_until" TIMESTAMPTZ(3),
    "verify_asked_at" TIMESTAMPTZ(3),
    "verification" TEXT,
    "verified_at" TIMESTAMPTZ(3),
    "verification_detail" TEXT,
    "owner_hash" TEXT,

    CONSTRAINT "backups_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "volume_settings" (
    "resource_id" UUID NOT NULL,
    "size_gib" INTEGER,
    "type" TEXT,
    "fs" TEXT,
    "backups" TEXT,
    "window_hour" INTEGER,
    "keep_daily" INTEGER,
    "keep_weekly" INTEGER,
    "keep_monthly" INTEGER,
    "final_days" INTEGER,

    CONSTRAINT "volume_settings_pkey" PRIMARY KEY ("resource_id")
);

-- CreateIndex
CREATE INDEX "volumes_resource_id_idx" ON "volumes"("resource_id");

-- CreateIndex
CREATE UNIQUE INDEX "volumes_resource_id_live_name_key" ON "volumes"("resource_id", "live_name");

-- CreateIndex
CREATE INDEX "backups_volume_id_requested_at_idx" ON "backups"("volume_id", "requested_at");

-- CreateIndex
CREATE INDEX "backups_resource_id_requested_at_idx" ON "backups"("resource_id", "requested_at");

-- CreateIndex
CREATE INDEX "backups_state_idx" ON "backups"("state");

-- AddForeignKey
ALTER TABLE "volumes" ADD CONSTRAINT "volumes_resource_id_fkey" FOREIGN KEY ("resource_id") REFERENCES "resources"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "volume_facts" ADD CONSTRAINT "volume_facts_volume_id_fkey" FOREIGN KEY ("volume_id") REFERENCES "volumes"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "backups" ADD CONSTRAINT "backups_resource_id_fkey" FOREIGN KEY ("resource_id") REFERENCES "resources"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "backups" ADD CONSTRAINT "backups_volume_id_fkey" FOREIGN KEY ("volume_id") REFERENCES "volumes"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "volume_settings" ADD CONSTRAINT "volume_settings_resource_id_fkey" FOREIGN KEY ("resource_id") REFERENCES "resources"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

