-- What a process of the monitor sees of its hosts.
ALTER TABLE "monitor_members" ADD COLUMN "hosts" INTEGER, ADD COLUMN "silent" INTEGER;
