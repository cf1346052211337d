-- AlterTable
ALTER TABLE "resources" ADD COLUMN     "log_attachments_set_at" TIMESTAMPTZ(3);
