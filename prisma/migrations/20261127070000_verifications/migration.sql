-- CreateTable
CREATE TABLE "verifications" (
    "volume_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "backup_id" UUID NOT NULL,
    "phase" TEXT NOT NULL DEFAULT 'open',
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "rest_until" TIMESTAMPTZ(3),
    "failures" INTEGER NOT NULL DEFAULT 0,
    "blocks" JSONB,
    "block_count" INTEGER,
    "host_id" UUID,
    "zone" TEXT,
    "disk_id" TEXT,
    "instance_id" TEXT,

    CONSTRAINT "verifications_pkey" PRIMARY KEY ("volume_id")
);

-- AddForeignKey
ALTER TABLE "verifications" ADD CONSTRAINT "verifications_volume_id_fkey" FOREIGN KEY ("volume_id") REFERENCES "volumes"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "verifications" ADD CONSTRAINT "verifications_backup_id_fkey" FOREIGN KEY ("backup_id") REFERENCES "backups"("id") ON DELETE CASCADE ON UPDATE CASCADE;
