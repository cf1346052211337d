#!/bin/sh
# Caddy wants a hash; it reads the password from its input, so that no process title shows it.
ADMIN_PASSWORD_HASH=$(printf '%s\n' "$ADMIN_PASSWORD" | caddy hash-password) || exit 1
export ADMIN_PASSWORD_HASH
unset ADMIN_PASSWORD
exec caddy run --config /etc/caddy/Caddyfile
