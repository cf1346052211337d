-- AlterTable
ALTER TABLE "volume_facts" ADD COLUMN     "last_attached_at" TIMESTAMPTZ(3);
