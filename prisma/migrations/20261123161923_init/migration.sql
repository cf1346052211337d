-- CreateTable
CREATE TABLE "resources" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "plan" TEXT NOT NULL,
    "region" TEXT NOT NULL,
    "desired" TEXT NOT NULL DEFAULT 'provisioned',
    "desired_version" INTEGER NOT NULL DEFAULT 1,
    "callback_url" TEXT NOT NULL,
    "options" JSONB NOT NULL DEFAULT '{}',
    "config_token_hash" TEXT NOT NULL,
    "config_token" TEXT,
    "log_input_url" TEXT,
    "grant_code" TEXT,
    "grant_expires_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "resources_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "clusters" (
    "resource_id" UUID NOT NULL,
    "observed_version" INTEGER NOT NULL DEFAULT 0,
    "step" TEXT,
    "step_started_at" TIMESTAMPTZ(3),
    "waiting_for" TEXT,
    "attention_code" TEXT,
    "attention_message" TEXT,
    "failures" INTEGER NOT NULL DEFAULT 0,
    "grant_exchanged_at" TIMESTAMPTZ(3),
    "config_url_published_at" TIMESTAMPTZ(3),
    "provisioned_at" TIMESTAMPTZ(3),
    "removed_at" TIMESTAMPTZ(3),
    "ca_certificate_pem" TEXT,
    "ca_key_pem" TEXT,
    "swarm_id" TEXT,
    "address" TEXT,
    "gave_up_at" TIMESTAMPTZ(3),

    CONSTRAINT "clusters_pkey" PRIMARY KEY ("resource_id")
);

-- CreateTable
CREATE TABLE "hosts" (
    "id" UUID NOT NULL,
    "resource_id" UUID NOT NULL,
    "index" INTEGER NOT NULL,
    "generation" INTEGER NOT NULL DEFAULT 1,
    "placement" INTEGER NOT NULL DEFAULT 0,
    "address" TEXT,
    "launched_at" TIMESTAMPTZ(3),
    "bootstrap_token" TEXT,
    "bootstrap_expires_at" TIMESTAMPTZ(3),

    CONSTRAINT "hosts_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "host_enrolments" (
    "host_id" UUID NOT NULL,
    "generation" INTEGER NOT NULL,
    "public_key_hash" TEXT NOT NULL,
    "certificate_pem" TEXT NOT NULL,
    "issued_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "host_enrolments_pkey" PRIMARY KEY ("host_id","generation")
);

-- CreateTable
CREATE TABLE "heroku_authorizations" (
    "resource_id" UUID NOT NULL,
    "access_token" TEXT NOT NULL,
    "refresh_token" TEXT NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "heroku_authorizations_pkey" PRIMARY KEY ("resource_id")
);

-- CreateTable
CREATE TABLE "leases" (
    "resource_id" UUID NOT NULL,
    "holder" TEXT NOT NULL,
    "until" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "leases_pkey" PRIMARY KEY ("resource_id")
);

-- CreateTable
CREATE TABLE "audit_events" (
    "id" BIGSERIAL NOT NULL,
    "resource_id" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "kind" TEXT NOT NULL,
    "text" TEXT NOT NULL,
    "data" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "audit_events_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "step_times" (
    "step" TEXT NOT NULL,
    "typical_ms" INTEGER NOT NULL,
    "samples" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "step_times_pkey" PRIMARY KEY ("step")
);

-- CreateIndex
CREATE UNIQUE INDEX "resources_config_token_hash_key" ON "resources"("config_token_hash");

-- CreateIndex
CREATE INDEX "resources_created_at_idx" ON "resources"("created_at");

-- CreateIndex
CREATE UNIQUE INDEX "hosts_resource_id_index_key" ON "hosts"("resource_id", "index");

-- CreateIndex
CREATE INDEX "audit_events_resource_id_id_idx" ON "audit_events"("resource_id", "id");

-- AddForeignKey
ALTER TABLE "clusters" ADD CONSTRAINT "clusters_resource_id_fkey" FOREIGN KEY ("resource_id") REFERENCES "resources"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "hosts" ADD CONSTRAINT "hosts_resource_id_fkey" FOREIGN KEY ("resource_id") REFERENCES "resources"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "host_enrolments" ADD CONSTRAINT "host_enrolments_host_id_fkey" FOREIGN KEY ("host_id") REFERENCES "hosts"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "heroku_authorizations" ADD CONSTRAINT "heroku_authorizations_resource_id_fkey" FOREIGN KEY ("resource_id") REFERENCES "resources"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
