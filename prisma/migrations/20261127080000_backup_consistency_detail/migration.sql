-- AlterTable
ALTER TABLE "backups" ADD COLUMN     "consistency_detail" TEXT;
