-- CreateIndex
CREATE INDEX "backups_owner_hash_idx" ON "backups"("owner_hash");
