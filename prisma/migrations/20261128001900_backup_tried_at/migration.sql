-- AlterTable
ALTER TABLE "backups" ADD COLUMN     "tried_at" TIMESTAMPTZ(3);
