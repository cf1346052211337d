-- AlterTable
ALTER TABLE "clusters" ADD COLUMN     "contacts_read_at" TIMESTAMPTZ(3);

-- CreateTable
CREATE TABLE "alert_contacts" (
    "resource_id" UUID NOT NULL,
    "email" TEXT NOT NULL,
    "role" TEXT NOT NULL,

    CONSTRAINT "alert_contacts_pkey" PRIMARY KEY ("resource_id","email")
);

-- AddForeignKey
ALTER TABLE "alert_contacts" ADD CONSTRAINT "alert_contacts_resource_id_fkey" FOREIGN KEY ("resource_id") REFERENCES "resources"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
