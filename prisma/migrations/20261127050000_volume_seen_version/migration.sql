-- AlterTable
ALTER TABLE "volume_facts" ADD COLUMN     "seen_version" INTEGER NOT NULL DEFAULT 0;
