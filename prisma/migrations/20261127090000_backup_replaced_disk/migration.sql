-- AlterTable
ALTER TABLE "backups" ADD COLUMN     "replaced_ebs_volume_id" TEXT;

-- Until now the note alone said it.
UPDATE "backups" SET "replaced_ebs_volume_id" = substring("note" FROM '^what (\S+) held before it was replaced$') WHERE "kind" = 'change';
