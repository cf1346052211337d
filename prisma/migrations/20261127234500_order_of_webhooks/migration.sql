-- Of a webhook's events about one incident only the oldest that waits is sent (alert-outbox.ts): found by the beginning of the event's id.
CREATE INDEX "alert_deliveries_webhook_incident_idx" ON "alert_deliveries" (split_part("payload"->>'id', '.', 1))
  WHERE "channel" = 'webhook' AND "sent_at" IS NULL AND "gave_up_at" IS NULL;
