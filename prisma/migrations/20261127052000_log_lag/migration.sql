-- How far a host's logs are behind: written by the log drain that follows it.
ALTER TABLE "log_leases" ADD COLUMN "late_since" TIMESTAMPTZ(3);
