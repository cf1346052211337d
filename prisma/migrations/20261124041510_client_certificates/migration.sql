-- AlterTable
ALTER TABLE "clusters" ADD COLUMN     "published_config_token_version" INTEGER NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "resources" ADD COLUMN     "bundle_enabled" BOOLEAN NOT NULL DEFAULT true,
ADD COLUMN     "config_token_version" INTEGER NOT NULL DEFAULT 1,
ADD COLUMN     "previous_config_token_hash" TEXT,
ADD COLUMN     "revocation_version" INTEGER NOT NULL DEFAULT 1;

-- CreateTable
CREATE TABLE "client_certificates" (
    "serial" TEXT NOT NULL,
    "resource_id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "label" TEXT NOT NULL,
    "issued_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "client_certificates_pkey" PRIMARY KEY ("serial")
);

-- CreateIndex
CREATE INDEX "client_certificates_resource_id_expires_at_idx" ON "client_certificates"("resource_id", "expires_at");

-- CreateIndex
CREATE UNIQUE INDEX "resources_previous_config_token_hash_key" ON "resources"("previous_config_token_hash");

-- AddForeignKey
ALTER TABLE "client_certificates" ADD CONSTRAINT "client_certificates_resource_id_fkey" FOREIGN KEY ("resource_id") REFERENCES "resources"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- What Heroku has of before is each resource's first token.
UPDATE "clusters" SET "published_config_token_version" = 1 WHERE "config_url_published_at" IS NOT NULL;
