-- AlterTable
ALTER TABLE "resources" ADD COLUMN     "owner_asked_at" TIMESTAMPTZ(3);
