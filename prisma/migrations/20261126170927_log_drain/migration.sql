-- AlterTable
ALTER TABLE "clusters" ADD COLUMN     "log_inputs_read_at" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "resources" ADD COLUMN     "log_all_attachments" BOOLEAN NOT NULL DEFAULT false;

-- CreateTable
CREATE TABLE "log_drain_members" (
    "id" TEXT NOT NULL,
    "until" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "log_drain_members_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "log_leases" (
    "host_id" UUID NOT NULL,
    "holder" TEXT,
    "until" TIMESTAMPTZ(3) NOT NULL,
    "followed_since" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "log_leases_pkey" PRIMARY KEY ("host_id")
);

-- CreateTable
CREATE TABLE "log_cursors" (
    "host_id" UUID NOT NULL,
    "container_id" TEXT NOT NULL,
    "anchor_at" TEXT NOT NULL,
    "anchor_hash" TEXT NOT NULL,
    "followed" BIGINT NOT NULL,
    "last_at" TEXT NOT NULL,
    "started_at" TEXT NOT NULL,
    "finished_at" TEXT NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "log_cursors_pkey" PRIMARY KEY ("host_id","container_id")
);

-- CreateTable
CREATE TABLE "log_inputs" (
    "resource_id" UUID NOT NULL,
    "attachment_id" TEXT NOT NULL,
    "app_name" TEXT NOT NULL,
    "is_owner" BOOLEAN NOT NULL,
    "url" TEXT,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "log_inputs_pkey" PRIMARY KEY ("resource_id","attachment_id")
);

-- CreateTable
CREATE TABLE "log_deliveries" (
    "resource_id" UUID NOT NULL,
    "refused_at" TIMESTAMPTZ(3),
    "gone_at" TIMESTAMPTZ(3),

    CONSTRAINT "log_deliveries_pkey" PRIMARY KEY ("resource_id")
);

-- AddForeignKey
ALTER TABLE "log_leases" ADD CONSTRAINT "log_leases_host_id_fkey" FOREIGN KEY ("host_id") REFERENCES "hosts"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "log_cursors" ADD CONSTRAINT "log_cursors_host_id_fkey" FOREIGN KEY ("host_id") REFERENCES "hosts"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "log_inputs" ADD CONSTRAINT "log_inputs_resource_id_fkey" FOREIGN KEY ("resource_id") REFERENCES "resources"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "log_deliveries" ADD CONSTRAINT "log_deliveries_resource_id_fkey" FOREIGN KEY ("resource_id") REFERENCES "resources"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
